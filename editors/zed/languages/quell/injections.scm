((expectation event: (json) @injection.content)
  (#set! injection.language "json"))
