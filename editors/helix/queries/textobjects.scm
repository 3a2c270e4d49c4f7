(rule) @function.around
(test) @function.around
(block) @class.around
(block query: (_) @class.inside)
(field value: (_) @parameter.inside) @parameter.around
[(comment) (doc_comment)] @comment.around
