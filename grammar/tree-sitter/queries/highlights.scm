; Names of captures as Neovim and the tree-sitter command line use them.

(comment) @comment
(doc_comment) @comment.documentation

["let" "attribute" "tag" "test"] @keyword
["suppress" "require" "allow"] @keyword
"import" @keyword.import
["suppressed" "fires" "by"] @keyword
(block name: (identifier) @keyword)
(block of: (identifier) @keyword.modifier)

(rule name: (identifier) @function)
(let name: (identifier) @variable)
(test title: (string) @string.special)
(expectation rule: (identifier) @function)
(allow lint: (identifier) @attribute)

(field name: (identifier) @property)
(list (word) @constant)
(field value: (word) @constant)
(date) @number

(import path: (string) @string.special.path)
(expectation event: (string) @string.special.path)
(field value: (string) @string)
(list (string) @string)
(allow reason: (string) @string)
(json (string) @string)
(json (number) @number)
(json (word) @constant.builtin)

(attribute_path) @variable.member
(tag_name) @variable.parameter
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
(comparison) @number
(cidr . (argument) @variable.member)
(cidr (_) . (argument) @number)

["AND" "OR" "NOT" "TO"] @keyword.operator
["-" "="] @operator
"CIDR(" @function.builtin
["(" ")" "[" "]" "{" "}"] @punctuation.bracket
["," ":"] @punctuation.delimiter
