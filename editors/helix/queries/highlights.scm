; Made by the tests of grammar/tree-sitter from its highlights, with the names that Helix has for scopes.

(comment) @comment
(doc_comment) @comment.block.documentation

["let" "attribute" "tag" "test"] @keyword
["suppress" "require" "allow"] @keyword
"import" @keyword.control.import
["suppressed" "fires" "by"] @keyword
(block name: (identifier) @keyword)
(block of: (identifier) @keyword.storage.modifier)

(rule name: (identifier) @function)
(let name: (identifier) @variable)
(test title: (string) @string.special)
(expectation rule: (identifier) @function)
(allow lint: (identifier) @attribute)

(field name: (identifier) @variable.other.member)
(list (word) @constant)
(field value: (word) @constant)
(date) @constant.numeric

(import path: (string) @string.special.path)
(expectation event: (string) @string.special.path)
(field value: (string) @string)
(list (string) @string)
(allow reason: (string) @string)
(json (string) @string)
(json (number) @constant.numeric)
(json (word) @constant.builtin)

(attribute_path) @variable.other.member
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
(pattern) @string.regexp
(comparison) @constant.numeric
(cidr . (argument) @variable.other.member)
(cidr (_) . (argument) @constant.numeric)

["AND" "OR" "NOT" "TO"] @keyword.operator
["-" "="] @operator
"CIDR(" @function.builtin
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["," ":"] @punctuation.delimiter
