; A rule or a test is a function, a block in it a class; what a field holds is its value.

(rule) @function.outer
(rule "{" . (_) @function.inner _* @function.inner . "}")
(test) @function.outer
(test "{" . (_) @function.inner _* @function.inner . "}")

(block) @class.outer
(block query: (_) @class.inner)
(let body: (_) @class.inner) @class.outer

(field value: (_) @assignment.rhs @parameter.inner) @assignment.outer @parameter.outer
(field name: (_) @assignment.lhs)
(term value: (_) @assignment.rhs) @assignment.outer
(term key: (_) @assignment.lhs)

[(comment) (doc_comment)] @comment.outer
