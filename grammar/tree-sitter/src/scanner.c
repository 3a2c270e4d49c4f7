// The tokens of Quell, as compiler/src/syntax/lexer.rs cuts them: the mode in which the next characters are read
// follows from the tokens before, never from the state of the parser. Only whether a word is a keyword is asked of it.
//
// An item starts where one of its words stands at column 0. Such a word is a keyword whatever the parser expects, so
// that an item that breaks off never reaches into the next one. While it recovers, the parser weighs two ways: to end
// the broken item there, or to skip the word and go on in it. Behind the word it therefore has to take a token of no
// length that stands only at the head of an item; on the way that did not take it nothing is legal any more until the
// next item starts, and that way is given up.

#include "tree_sitter/alloc.h"
#include "tree_sitter/parser.h"

#include <string.h>

enum TokenType {
  IMPORT,
  SUPPRESS,
  REQUIRE,
  LET,
  ATTRIBUTE,
  TAG,
  TEST,
  ALLOW,
  SUPPRESSED,
  FIRES,
  BY,
  IDENTIFIER,
  WORD_BESIDE_EQUALS,
  DIGITS,
  DIGITS_BESIDE_KEY,
  STRING,
  STRING_BESIDE_KEY,
  REFERENCE,
  REFERENCE_BESIDE_KEY,
  ATTRIBUTE_PATH,
  ATTRIBUTE_KEY,
  TAG_KEY,
  KEY_COLON,
  VALUE,
  PATTERN,
  COMPARISON,
  MIXED_VALUE,
  CIDR,
  AND,
  OR,
  NOT,
  MINUS,
  TO,
  OPEN_PAREN,
  CLOSE_PAREN,
  OPEN_BRACKET,
  CLOSE_BRACKET,
  OPEN_BRACE,
  CLOSE_BRACE,
  EQUALS,
  COMMA,
  COLON,
  COMMENT,
  DOC_COMMENT,
  HEAD,
  // Fits nowhere. The parser asks for it only while it recovers from an error.
  INVALID,
};

enum { ITEM_KEYWORDS = TEST + 1, KEYWORDS = BY + 1, NESTING_CAP = 64, WORD_MAX = 12 };

static const char *const KEYWORD_TEXT[KEYWORDS] = {
    "import", "suppress", "require", "let", "attribute", "tag", "test", "allow", "suppressed", "fires", "by",
};

// How the next characters are read.
enum Mode {
  OUTER,
  // Right behind a key.
  BEHIND_KEY,
  // Inside `( … )` of values.
  GROUP,
  // Inside a range or `CIDR(…)`.
  BOUNDS,
  // Inside a range that stands in `( … )` of values.
  GROUP_BOUNDS,
};

// The last token that was no comment, as far as the next one depends on it.
enum Last { START, KEY, EQUALS_SIGN, OTHER };

typedef struct {
  uint8_t mode;
  uint8_t last;
  // Parentheses of a group of values that are open.
  uint8_t group;
  // Brackets of the item that are open.
  uint8_t nesting;
  // The colon of a key is the next token.
  bool colon;
  // `=` was the last token: a parenthesis opens a list of values.
  bool list;
  // The word that starts an item was read, and the parser has not taken its head.
  bool headless;
} Scanner;

// The token that is being read, up to its last character that counts.
typedef struct {
  TSLexer *lexer;
  char text[WORD_MAX];
  uint32_t length;
  // Holds a wildcard that is not escaped.
  bool wildcard;
  // Is `$` and a name, so far.
  bool reference;
} Run;

static bool is_space(int32_t c) {
  return (c >= 0x09 && c <= 0x0d) || c == ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
         c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }

static bool is_name_start(int32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

static bool is_name(int32_t c) { return is_name_start(c) || is_digit(c) || c == '-'; }

static bool is_any_of(int32_t c, const char *set) { return c > 0 && c < 0x80 && strchr(set, (char)c) != NULL; }

static void take(Run *run) {
  int32_t c = run->lexer->lookahead;
  if (run->length < WORD_MAX) run->text[run->length] = c < 0x80 ? (char)c : '\x7f';
  run->wildcard = run->wildcard || c == '*' || c == '?';
  run->reference = run->length == 0 ? c == '$' : run->reference && (run->length == 1 ? is_name_start(c) : is_name(c));
  run->length++;
  run->lexer->advance(run->lexer, false);
}

static bool is_text(const Run *run, const char *text) {
  size_t length = strlen(text);
  return run->length == length && memcmp(run->text, text, length) == 0;
}

static bool ends_line(TSLexer *lexer) { return lexer->lookahead == '\n' || lexer->eof(lexer); }

// A backslash and what it escapes. False where it escapes nothing: then it is read, but no part of the run.
static bool take_escape(Run *run) {
  Run before = *run;
  take(run);
  if (ends_line(run->lexer) || run->lexer->lookahead == '\r') {
    *run = before;
    return false;
  }
  take(run);
  run->wildcard = before.wildcard;
  return true;
}

// Characters up to a blank, a bracket, a quote or one of `stop`; marks where they end. False where they end before a
// backslash that escapes nothing.
static bool take_bare(Run *run, const char *stop) {
  TSLexer *lexer = run->lexer;
  for (;;) {
    lexer->mark_end(lexer);
    if (lexer->eof(lexer)) return true;
    int32_t c = lexer->lookahead;
    if (c == '\\') {
      if (!take_escape(run)) return false;
    } else if (is_space(c) || is_any_of(c, "(){}[]\"") || is_any_of(c, stop)) {
      return true;
    } else {
      take(run);
    }
  }
}

// A string from its quote on; false if it is not closed on its line. Marks where it ends; `open` marks also where one
// ends that is not closed.
static bool take_string(Run *run, bool open) {
  TSLexer *lexer = run->lexer;
  take(run);
  for (;;) {
    if (open) lexer->mark_end(lexer);
    if (ends_line(lexer)) return false;
    if (lexer->lookahead == '\\') {
      if (!take_escape(run)) return false;
    } else if (lexer->lookahead == '"') {
      take(run);
      lexer->mark_end(lexer);
      return true;
    } else {
      take(run);
    }
  }
}

static enum TokenType word(const Run *run, const Scanner *scanner, const bool *valid, bool first_on_line) {
  // `by` is asked for only where it can stand, and so are the others.
  for (int keyword = 0; keyword < KEYWORDS; keyword++) {
    if (is_text(run, KEYWORD_TEXT[keyword]) && valid[keyword] && (!valid[INVALID] || keyword >= ITEM_KEYWORDS)) {
      return keyword;
    }
  }
  // Between the ends of a range that a blank parts from its key.
  if (is_text(run, "TO") && valid[TO] && !valid[INVALID]) return TO;
  if (first_on_line) return IDENTIFIER;
  if (scanner->last == EQUALS_SIGN) return WORD_BESIDE_EQUALS;
  if (scanner->last == KEY) return run->wildcard ? PATTERN : VALUE;
  return IDENTIFIER;
}

static int operator_of(const Run *run) {
  if (is_text(run, "AND") || is_text(run, "&&")) return AND;
  if (is_text(run, "OR") || is_text(run, "||")) return OR;
  if (is_text(run, "NOT")) return NOT;
  return -1;
}

static enum TokenType bracket(int32_t c) {
  switch (c) {
    case '(': return OPEN_PAREN;
    case ')': return CLOSE_PAREN;
    case '[': return OPEN_BRACKET;
    case ']': return CLOSE_BRACKET;
    case '{': return OPEN_BRACE;
    case '}': return CLOSE_BRACE;
    default: return INVALID;
  }
}

static enum TokenType single(Run *run, enum TokenType type) {
  take(run);
  run->lexer->mark_end(run->lexer);
  return type;
}

// A backslash that escapes nothing is a token of its own: it has been read.
static enum TokenType stray_backslash(Run *run) {
  run->lexer->mark_end(run->lexer);
  return INVALID;
}

// A token outside of values; `run` may hold its first letters already.
static enum TokenType outer(Run *run, const Scanner *scanner, const bool *valid, bool first_on_line) {
  TSLexer *lexer = run->lexer;
  bool beside_key = scanner->last == KEY && !first_on_line;
  int32_t c = lexer->lookahead;
  if (run->length == 0) {
    if (is_any_of(c, "(){}[]")) return single(run, bracket(c));
    if (c == '=') return single(run, EQUALS);
    if (c == ',') return single(run, COMMA);
    if (c == ':') return single(run, COLON);
    if (c == '-' || c == '!') return single(run, MINUS);
    if (c == '"') {
      if (!take_string(run, true)) return INVALID;
      return beside_key ? STRING_BESIDE_KEY : STRING;
    }
    if (c == '$') {
      take(run);
      lexer->mark_end(lexer);
      if (!is_name_start(lexer->lookahead)) return INVALID;
      while (is_name(lexer->lookahead)) take(run);
      lexer->mark_end(lexer);
      return beside_key ? REFERENCE_BESIDE_KEY : REFERENCE;
    }
    if (is_digit(c)) {
      // A backslash is a character like any other in it.
      while (!lexer->eof(lexer) && !is_space(lexer->lookahead) && !is_any_of(lexer->lookahead, "(){}[]\"=,#")) take(run);
      lexer->mark_end(lexer);
      return beside_key ? DIGITS_BESIDE_KEY : DIGITS;
    }
    if (is_space(c)) return single(run, INVALID);
  }
  bool attribute = run->length == 0 && c == '@';
  if (attribute) {
    take(run);
    c = lexer->lookahead;
  }
  uint32_t before = run->length;
  // A key cannot begin with just anything.
  bool key = !attribute || !(lexer->eof(lexer) || is_space(c) || is_any_of(c, "(){}[]\"=,:#$@-!0123456789"));
  bool whole = take_bare(run, "=,:");
  if (!whole && before == 0 && run->length == 0) return stray_backslash(run);
  if (whole && key && lexer->lookahead == ':') return attribute ? ATTRIBUTE_KEY : TAG_KEY;
  if (attribute) return ATTRIBUTE_PATH;
  if (whole && is_text(run, "CIDR") && lexer->lookahead == '(') return single(run, CIDR);
  int operator = operator_of(run);
  if (operator >= 0) return operator;
  return word(run, scanner, valid, first_on_line);
}

// A token right behind a key, in a group of values, or in a range; `run` may hold its first letters already.
static enum TokenType inner(Run *run, const Scanner *scanner) {
  TSLexer *lexer = run->lexer;
  bool group = scanner->mode == GROUP;
  bool behind_key = scanner->mode == BEHIND_KEY;
  int32_t c = lexer->lookahead;
  if (run->length == 0) {
    if (is_any_of(c, "(){}[]")) return single(run, bracket(c));
    if (is_space(c)) return single(run, INVALID);
    if (group && c == '-') return single(run, MINUS);
  }
  bool comparison = run->length == 0 && (c == '>' || c == '<');
  bool bare = run->length > 0;
  uint32_t strings = 0;
  for (;;) {
    uint32_t before = run->length;
    bool whole = take_bare(run, "");
    bare = bare || run->length > before;
    bool first = !bare && strings == 0;
    if (!whole) {
      if (first) return stray_backslash(run);
      break;
    }
    if (lexer->lookahead != '"') break;
    Run value = *run;
    if (!take_string(run, first)) {
      if (first) return INVALID;
      *run = value;
      break;
    }
    strings++;
  }
  if (strings == 1 && !bare) return behind_key ? STRING_BESIDE_KEY : STRING;
  if (strings > 0) return MIXED_VALUE;
  if (run->reference && run->length > 1) return behind_key ? REFERENCE_BESIDE_KEY : REFERENCE;
  int operator = operator_of(run);
  if (operator >= 0) return operator;
  if (!group && is_text(run, "TO")) return TO;
  if (comparison) return COMPARISON;
  return run->wildcard ? PATTERN : VALUE;
}

// Follows a token: what the next one depends on.
static void step(Scanner *scanner, enum TokenType type) {
  bool list = scanner->list;
  scanner->list = type == EQUALS;
  scanner->last = type == EQUALS ? EQUALS_SIGN : type == KEY_COLON ? KEY : OTHER;
  scanner->colon = type == ATTRIBUTE_KEY || type == TAG_KEY;
  scanner->headless = scanner->headless || type < ITEM_KEYWORDS;
  switch (type) {
    case OPEN_PAREN:
    case OPEN_BRACKET:
    case OPEN_BRACE:
    case CIDR: scanner->nesting++; break;
    case CLOSE_PAREN:
    case CLOSE_BRACKET:
    case CLOSE_BRACE:
      if (scanner->nesting > 0) scanner->nesting--;
      break;
    default: break;
  }
  switch (scanner->mode) {
    case OUTER:
      if (type == KEY_COLON) {
        scanner->mode = BEHIND_KEY;
      } else if (type == CIDR) {
        scanner->mode = BOUNDS;
      } else if (type == OPEN_PAREN && list) {
        scanner->mode = GROUP;
        scanner->group = 1;
      }
      break;
    case BEHIND_KEY:
      if (type == OPEN_PAREN) {
        scanner->mode = GROUP;
        scanner->group = 1;
      } else {
        scanner->mode = type == OPEN_BRACKET || type == OPEN_BRACE ? BOUNDS : OUTER;
      }
      break;
    case GROUP:
      if (type == OPEN_PAREN) {
        scanner->group++;
      } else if (type == OPEN_BRACKET || type == OPEN_BRACE) {
        scanner->mode = GROUP_BOUNDS;
      } else if (type == CLOSE_BRACE || (type == CLOSE_PAREN && --scanner->group == 0)) {
        scanner->mode = OUTER;
      }
      break;
    case GROUP_BOUNDS:
      if (type == CLOSE_BRACKET || type == CLOSE_BRACE) {
        scanner->mode = GROUP;
      } else if (type == CLOSE_PAREN) {
        scanner->mode = --scanner->group == 0 ? OUTER : GROUP;
      }
      break;
    case BOUNDS:
      if (type == CLOSE_PAREN || type == CLOSE_BRACKET || type == CLOSE_BRACE) scanner->mode = OUTER;
      break;
  }
}

// What may follow a word that starts an item.
static bool ends_keyword(TSLexer *lexer) {
  return lexer->eof(lexer) || is_any_of(lexer->lookahead, " \t\"\r\n");
}

// Reads letters; the item that they start, or -1 where they start none.
static int item_keyword(Run *run) {
  while (run->length < WORD_MAX && run->lexer->lookahead >= 'a' && run->lexer->lookahead <= 'z') take(run);
  for (int keyword = 0; keyword < ITEM_KEYWORDS; keyword++) {
    if (is_text(run, KEYWORD_TEXT[keyword]) && ends_keyword(run->lexer)) return keyword;
  }
  return -1;
}

// Reads `#` or `##` and its line.
static enum TokenType comment(Run *run) {
  TSLexer *lexer = run->lexer;
  take(run);
  bool documents = lexer->lookahead == '#';
  while (!ends_line(lexer)) take(run);
  lexer->mark_end(lexer);
  return documents ? DOC_COMMENT : COMMENT;
}

void *tree_sitter_quell_external_scanner_create(void) { return ts_calloc(1, sizeof(Scanner)); }

void tree_sitter_quell_external_scanner_destroy(void *payload) { ts_free(payload); }

unsigned tree_sitter_quell_external_scanner_serialize(void *payload, char *buffer) {
  memcpy(buffer, payload, sizeof(Scanner));
  return sizeof(Scanner);
}

void tree_sitter_quell_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
  memset(payload, 0, sizeof(Scanner));
  if (length == sizeof(Scanner)) memcpy(payload, buffer, length);
}

bool tree_sitter_quell_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
  Scanner *scanner = payload;
  Run run = {.lexer = lexer};
  if (scanner->headless && valid[HEAD] && !valid[INVALID]) {
    lexer->mark_end(lexer);
    lexer->result_symbol = HEAD;
    scanner->headless = false;
    return true;
  }
  if (scanner->colon) {
    // The colon of a key was seen when the key was read.
    lexer->result_symbol = single(&run, KEY_COLON);
    step(scanner, KEY_COLON);
    return true;
  }
  bool first_on_line = scanner->last == START;
  bool column_0 = scanner->last == START;
  for (;;) {
    int32_t c = lexer->lookahead;
    if (c == ' ' || c == '\t') {
      column_0 = false;
    } else if (c == '\n') {
      column_0 = first_on_line = true;
    } else if (c == '\r') {
      lexer->advance(lexer, false);
      lexer->mark_end(lexer);
      if (lexer->lookahead != '\n') {
        // Not the end of a line.
        lexer->result_symbol = INVALID;
        step(scanner, INVALID);
        return true;
      }
      continue;
    } else {
      break;
    }
    // A value stands right behind its key.
    if (scanner->mode == BEHIND_KEY) scanner->mode = OUTER;
    lexer->advance(lexer, true);
  }
  if (lexer->eof(lexer)) return false;

  enum TokenType type;
  int keyword = column_0 ? item_keyword(&run) : -1;
  if (keyword >= 0) {
    lexer->mark_end(lexer);
    memset(scanner, 0, sizeof(Scanner));
    type = keyword;
  } else if (run.length == 0 && lexer->lookahead == '#' && (column_0 || scanner->mode == OUTER || scanner->mode == GROUP)) {
    // At column 0 one is read also in a range that is never closed: it belongs to the item below.
    type = comment(&run);
    // Within values all comments are alike; elsewhere a documentation takes the place of the list behind `=`.
    if (type == DOC_COMMENT && scanner->mode == OUTER) scanner->list = false;
    if (scanner->last == START) scanner->last = OTHER;
    lexer->result_symbol = type;
    return true;
  } else if (scanner->mode == OUTER) {
    type = outer(&run, scanner, valid, first_on_line);
  } else {
    type = inner(&run, scanner);
  }
  bool opens = type == OPEN_PAREN || type == OPEN_BRACKET || type == OPEN_BRACE || type == CIDR;
  if (opens && scanner->nesting >= NESTING_CAP) type = INVALID;
  if (scanner->headless && keyword < 0) type = INVALID;
  lexer->result_symbol = type;
  step(scanner, type);
  return true;
}
