(rule action: _ @context name: (identifier) @name) @item
(let "let" @context name: (identifier) @name) @item
(test "test" @context title: (string) @name) @item
