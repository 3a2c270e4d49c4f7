; An event in a test is JSON, and documentation is Markdown.

((expectation event: (json) @injection.content)
  (#set! injection.language "json")
  (#set! injection.include-children))

((doc_comment) @injection.content
  (#offset! @injection.content 0 2 0 0)
  (#set! injection.language "markdown_inline"))

((comment) @injection.content
  (#set! injection.language "comment"))
