/**
 * @file Quell, a language for tuning runtime security signals
 * @license Apache-2.0 OR MIT
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

// Every token comes from src/scanner.c, since the same characters are different tokens outside of values, right behind
// a key, and inside a group of values. Hidden tokens are spellings of a visible one that may stand only at certain
// places: a value behind its key stands on the same line, and so does the word behind `=`.
export default grammar({
  name: "quell",

  externals: ($) => [
    "import",
    "suppress",
    "require",
    "let",
    "attribute",
    "tag",
    "test",
    "allow",
    "suppressed",
    "fires",
    "by",
    $.identifier,
    $._word_beside_equals,
    $._digits,
    $._digits_beside_key,
    $.string,
    $._string_beside_key,
    $.reference,
    $._reference_beside_key,
    $.attribute_path,
    $._attribute_key,
    $._tag_key,
    $._key_colon,
    $.value,
    $.pattern,
    $.comparison,
    $.mixed_value,
    $._cidr,
    $._and,
    $._or,
    $._not,
    $._minus,
    $._to,
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "=",
    ",",
    ":",
    $.comment,
    $.doc_comment,
    // Of no length, behind the word that starts an item: see src/scanner.c.
    $._head,
    $._invalid,
  ],

  extras: ($) => [/\s/, $.comment, $.doc_comment],

  supertypes: ($) => [$.item, $.statement],

  rules: {
    source_file: ($) => repeat($.item),

    item: ($) =>
      choice($.import, $.rule, $.let, $.attribute_declaration, $.tag_declaration, $.test),

    import: ($) => seq("import", $._head, field("path", $.string)),

    // The heads are rules of their own so that less is pending where an item breaks off: recovery looks back only so far.
    rule: ($) => seq($._rule_head, repeat($.statement), "}"),
    _rule_head: ($) => seq(field("action", choice("suppress", "require")), $._head, field("name", $.identifier), "{"),

    statement: ($) => choice($.field, $.allow, $.block),

    field: ($) =>
      seq(
        field("name", choice($.identifier, alias("allow", $.identifier))),
        "=",
        field(
          "value",
          choice($.string, alias($._word_beside_equals, $.word), alias($._digits, $.date), $.list),
        ),
      ),

    list: ($) => seq("[", optional(seq($._element, repeat(seq(",", $._element)), optional(","))), "]"),
    _element: ($) => choice($.string, alias($.identifier, $.word), alias($._digits, $.date)),

    allow: ($) => seq("allow", field("lint", $.identifier), optional(seq("=", field("reason", $.string)))),

    block: ($) => seq($._block_head, field("query", optional($._query)), "}"),
    _block_head: ($) =>
      seq(
        choice(
          seq(field("name", $.identifier), field("of", optional($.identifier))),
          field("name", alias("allow", $.identifier)),
        ),
        "{",
      ),

    let: ($) => seq("let", $._head, field("name", $.identifier), "=", field("body", choice($.values, $.condition))),
    values: ($) => seq("(", $._query, ")"),
    condition: ($) => seq("{", optional($._query), "}"),

    attribute_declaration: ($) =>
      seq(
        "attribute",
        $._head,
        choice(
          seq(field("path", $.attribute_path), ":"),
          seq(
            field("path", choice(alias($._attribute_key, $.attribute_path), alias($._tag_key, $.tag_name))),
            alias($._key_colon, ":"),
          ),
        ),
        field("type", alias(choice($.identifier, $.value, $.pattern, $.comparison), $.type)),
        optional(seq("[", "]")),
      ),

    tag_declaration: ($) => seq("tag", $._head, field("name", alias($.identifier, $.tag_name))),

    test: ($) => seq($._test_head, repeat($.expectation), "}"),
    _test_head: ($) => seq("test", $._head, field("title", $.string), "{"),

    expectation: ($) =>
      seq(
        field("verdict", choice("suppressed", "fires")),
        field("event", choice($.string, $.json)),
        optional(seq("by", field("rule", $.identifier))),
      ),

    // What is in it is for a JSON grammar to say; here only its brackets count.
    json: ($) =>
      choice(
        seq(choice("{", "["), repeat($._json_part), choice("}", "]")),
        seq("(", repeat($._json_part), ")"),
      ),
    _json_part: ($) =>
      choice(
        $.json,
        $.string,
        alias($._string_beside_key, $.string),
        alias(choice($._digits, $._digits_beside_key), $.number),
        alias(
          choice(
            $.identifier,
            $._word_beside_equals,
            $.reference,
            $._reference_beside_key,
            $.attribute_path,
            $._attribute_key,
            $._tag_key,
            $.value,
            $.pattern,
            $.comparison,
            $.mixed_value,
            $._and,
            $._or,
            $._not,
            $._to,
          ),
          $.word,
        ),
        alias($._minus, "-"),
        alias($._key_colon, ":"),
        "=",
        ",",
        ":",
      ),

    _query: ($) => choice($._all, $.disjunction),
    disjunction: ($) => seq($._all, repeat1(seq(alias($._or, "OR"), $._all))),
    _all: ($) => choice($._signed, $.conjunction),
    conjunction: ($) => seq($._signed, repeat1(seq(optional(alias($._and, "AND")), $._signed))),
    _signed: ($) => choice($._primary, $.negation),
    negation: ($) => seq(repeat1(choice(alias($._not, "NOT"), alias($._minus, "-"))), $._primary),

    _primary: ($) =>
      choice(
        $.term,
        $.group,
        $.range,
        $.cidr,
        $.reference,
        $.value,
        $.pattern,
        $.comparison,
        $.mixed_value,
        $.string,
        alias($.identifier, $.word),
        alias($._digits, $.word),
        $.attribute_path,
      ),

    group: ($) => seq("(", $._query, ")"),

    // Right: what may be the value of the key is.
    term: ($) =>
      prec.right(
        seq(
          field("key", choice(alias($._attribute_key, $.attribute_path), alias($._tag_key, $.tag_name))),
          alias($._key_colon, ":"),
          field("value", optional($._value)),
        ),
      ),

    _value: ($) =>
      choice(
        $.value,
        $.pattern,
        $.comparison,
        $.mixed_value,
        alias($._to, $.value),
        alias($._digits_beside_key, $.value),
        alias($._string_beside_key, $.string),
        alias($._reference_beside_key, $.reference),
        $.group,
        $.range,
      ),

    range: ($) =>
      seq(
        choice("[", "{"),
        field("low", $._bound),
        alias($._to, "TO"),
        field("high", $._bound),
        choice("]", "}"),
      ),
    _bound: ($) =>
      choice(
        $.value,
        $.pattern,
        $.comparison,
        $.string,
        // Of a range that a blank parts from its key.
        alias(choice($._digits, $.identifier), $.value),
      ),

    cidr: ($) => seq(alias($._cidr, "CIDR("), repeat($._argument), ")"),
    _argument: ($) => choice(alias(choice($.value, $.pattern, $.comparison), $.argument), $.string),
  },
});
