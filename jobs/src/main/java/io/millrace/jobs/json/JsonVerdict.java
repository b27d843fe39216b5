package io.millrace.jobs.json;

/** What became of one document: {@link #OK}, or the first thing that is wrong with it. */
public enum JsonVerdict {
  /** The row holds the document's values. */
  OK("well formed"),
  /** There is no document: the Kafka value is null. */
  NULL_VALUE("null value"),
  /** No byte, or nothing but white space. */
  EMPTY("empty value"),
  /** More bytes than the decoder's limit; decided before the first byte is read. */
  TOO_LARGE("document too large"),
  /** Not UTF-8 (overlong forms and encoded surrogates included). */
  NOT_UTF8("invalid UTF-8"),
  /** The document does not begin with an object. */
  NOT_AN_OBJECT("not a JSON object"),
  /** Against RFC 8259. */
  SYNTAX("invalid JSON"),
  /** The document ends before its object does. */
  TRUNCATED("truncated JSON"),
  /** Something other than white space follows the object. */
  TRAILING_DATA("data after the object"),
  /** Objects and arrays nested deeper than {@link JsonSchemaDecoder#MAX_DEPTH}. */
  TOO_DEEP("nested too deep"),
  /** An escaped surrogate without its other half: no Unicode text, so no STRING. */
  LONE_SURROGATE("lone surrogate in a string"),
  /** A number of more than {@link JsonSchemaDecoder#MAX_NUMBER_LENGTH} characters. */
  NUMBER_TOO_LONG("number too long"),
  /** A field of the schema, or a key of a MAP, occurs twice. */
  DUPLICATE_FIELD("duplicate field"),
  /** A value of another JSON type than the column wants. */
  WRONG_TYPE("wrong type"),
  /** A number with a fraction for an integer column. */
  NOT_AN_INTEGER("not an integer"),
  /** A number or text that the column's type cannot hold. */
  OUT_OF_RANGE("out of range"),
  /** A text that is no date, time, timestamp or base64. */
  BAD_FORMAT("bad format"),
  /** A NOT NULL column is missing or null. */
  REQUIRED_MISSING("required field missing");

  private final String text;

  JsonVerdict(String text) {
    this.text = text;
  }

  /** A few plain words, as quarantine rows and metrics show them; they never change. */
  public String text() {
    return text;
  }
}
