[
  (rule)
  (block)
  (condition)
  (values)
  (test)
  (json)
  (list)
  (group)
] @indent

["}" "]" ")"] @outdent
