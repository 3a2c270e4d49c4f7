[
  (rule)
  (block)
  (let)
  (test)
  (json)
  (list)
  (group)
] @fold

; Several imports, or comments, below one another.
(import)+ @fold
(comment)+ @fold
(doc_comment)+ @fold
