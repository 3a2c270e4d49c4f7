[
  (rule)
  (block)
  (condition)
  (values)
  (test)
  (json)
  (list)
  (group)
  (cidr)
] @indent.begin

["}" "]" ")"] @indent.branch @indent.end

[(comment) (doc_comment)] @indent.auto

(ERROR) @indent.auto
