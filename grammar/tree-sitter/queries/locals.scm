; A `let` may be used above its declaration, and in every file that imports it: the file is the scope.

(source_file) @local.scope

(let name: (identifier) @local.definition.var)
(rule name: (identifier) @local.definition.function)
(tag_declaration name: (tag_name) @local.definition.field)
(attribute_declaration path: (attribute_path) @local.definition.field)

(reference) @local.reference
(expectation rule: (identifier) @local.reference)
(term key: (tag_name) @local.reference)
(term key: (attribute_path) @local.reference)
