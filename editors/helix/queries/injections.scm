; An event in a test is JSON.

((expectation event: (json) @injection.content)
  (#set! injection.language "json")
  (#set! injection.include-children))

([(comment) (doc_comment)] @injection.content
  (#set! injection.language "comment"))
