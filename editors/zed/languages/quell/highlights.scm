; Made by the tests of grammar/tree-sitter from its highlights, with the names that Zed has for syntax.

(comment) @comment
(doc_comment) @comment.doc

["let" "attribute" "tag" "test"] @keyword
["suppress" "require" "allow"] @keyword
"import" @keyword
["suppressed" "fires" "by"] @keyword
(block name: (identifier) @keyword)
(block of: (identifier) @keyword)

(rule name: (identifier) @function)
(let name: (identifier) @variable)
(test title: (string) @string.special)
(expectation rule: (identifier) @function)
(allow lint: (identifier) @attribute)

(field name: (identifier) @property)
(list (word) @constant)
(field value: (word) @constant)
(date) @number

(import path: (string) @string.special)
(expectation event: (string) @string.special)
(field value: (string) @string)
(list (string) @string)
(allow reason: (string) @string)
(json (string) @string)
(json (number) @number)
(json (word) @constant)

(attribute_path) @property
(tag_name) @tag
(type) @type
(reference) @variable

(term value: (string) @string)
(group (string) @string)
(disjunction (string) @string)
(conjunction (string) @string)
(negation (string) @string)
(values (string) @string)
(range (string) @string)
(cidr (string) @string)
(value) @string
(pattern) @string.regex
(comparison) @number
(cidr . (argument) @property)
(cidr (_) . (argument) @number)

["AND" "OR" "NOT" "TO"] @operator
["-" "="] @operator
"CIDR(" @function
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["," ":"] @punctuation.delimiter
