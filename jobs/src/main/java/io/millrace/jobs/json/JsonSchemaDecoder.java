package io.millrace.jobs.json;

import static java.util.Objects.requireNonNull;

import io.millrace.delta.row.FlatRow;
import java.util.List;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * Decodes JSON documents into rows of a schema.
 *
 * <p><b>Accepted</b> is one JSON object by RFC 8259, in well-formed UTF-8 without a byte order
 * mark, with nothing but white space around it, and:
 *
 * <ul>
 *   <li>at most {@code maxDocumentBytes} long, nested at most {@link #MAX_DEPTH} deep (the document
 *       is level 1), with numbers of at most {@link #MAX_NUMBER_LENGTH} characters;
 *   <li>no field of the schema twice. Fields outside of the schema are ignored, repeated or not,
 *       but they too must be well formed. Names are compared exactly, case included;
 *   <li>every value of its column's type, as below.
 * </ul>
 *
 * <p><b>Values.</b> A missing field and {@code null} are NULL; in a NOT NULL column they are
 * malformed.
 *
 * <table>
 *   <caption>What a column accepts</caption>
 *   <tr><td>BOOLEAN<td>true, false
 *   <tr><td>TINYINT .. BIGINT<td>a number that is an integer (12, 12.0, 1.2e1) and in range
 *   <tr><td>FLOAT, DOUBLE<td>a number; nearest value; infinite is out of range
 *   <tr><td>DECIMAL(p, s)<td>a number; surplus fraction digits are rounded half up; more than p - s
 *       digits before the point are out of range
 *   <tr><td>STRING, VARCHAR, CHAR<td>a string; any other value as the very text that the document
 *       holds; longer than declared is out of range; never padded
 *   <tr><td>BINARY, VARBINARY<td>a string in base64; longer than declared is out of range
 *   <tr><td>DATE<td>"2026-01-31"
 *   <tr><td>TIME(p)<td>"23:59", "23:59:59", "23:59:59.123456789"; kept to the millisecond
 *   <tr><td>TIMESTAMP(p), with or without local time zone<td>a date, "T" or a space, a time, and
 *       nothing, "Z", "+01", "+01:00" or "+0100"; an offset is subtracted, so values are UTC; digits
 *       beyond p are cut off; years 0001 to 9999 in UTC
 *   <tr><td>ROW, ARRAY, MAP<td>an object, an array, an object; keys of a MAP are strings and occur
 *       once
 * </table>
 *
 * <p>Numbers and booleans in quotes are not numbers and booleans; epoch numbers are not times.
 *
 * <p>A plain document takes one pass and allocates nothing; strings are then slices of the
 * document, valid as long as the document is. Strings with escapes live in a buffer that the next
 * call overwrites. Anything unusual or malformed is decided by a second, strict reader.
 *
 * <p>Not thread-safe. Not serializable: build it where it runs.
 */
public final class JsonSchemaDecoder {
  /** Objects and arrays inside each other, the document itself included. */
  public static final int MAX_DEPTH = 1000;

  /** Characters of a number. */
  public static final int MAX_NUMBER_LENGTH = 1000;

  /** The usual limit of a document, in bytes. */
  public static final int DEFAULT_MAX_DOCUMENT_BYTES = 16 << 20;

  private final int maxDocumentBytes;
  private final JsonScanner scanner;
  private final StrictJsonReader strict;
  private JsonVerdict verdict = JsonVerdict.OK;
  private int lastLength;
  private boolean lastWasRead;
  private long strictDocuments;

  /** A decoder that keeps every field of the schema, at its own position. */
  public static JsonSchemaDecoder of(RowType schema) {
    int[] targets = new int[schema.getFieldCount()];
    for (int i = 0; i < targets.length; i++) {
      targets[i] = i;
    }
    return new JsonSchemaDecoder(schema, targets, DEFAULT_MAX_DOCUMENT_BYTES);
  }

  /**
   * @param schema the fields that are looked at; all others are ignored
   * @param targets for each field of the schema its position in the rows, or -1: the field is
   *     checked, so that what counts as malformed does not hang on what is kept, but not kept
   * @param maxDocumentBytes the longest document accepted, in bytes
   * @throws io.millrace.catalog.MillraceException TYPE_UNSUPPORTED for a type that JSON has no
   *     counterpart of, PROPERTY_INVALID for a field name that occurs twice
   */
  public JsonSchemaDecoder(RowType schema, int[] targets, int maxDocumentBytes) {
    requireNonNull(schema, "schema is null");
    if (targets.length != schema.getFieldCount()) {
      throw new IllegalArgumentException(
          targets.length + " targets for " + schema.getFieldCount() + " fields");
    }
    if (maxDocumentBytes < 1) {
      throw new IllegalArgumentException("maxDocumentBytes is " + maxDocumentBytes);
    }
    this.maxDocumentBytes = maxDocumentBytes;
    List<JsonColumn> columns = JsonColumn.of(schema, targets);
    scanner = new JsonScanner(columns);
    strict = new StrictJsonReader(columns);
  }

  /**
   * Decodes one document. Every field with a target is written, null included; other positions of
   * the row are left alone. If the verdict is not OK, the written positions are undefined.
   */
  public JsonVerdict decode(byte[] document, int offset, int length, FlatRow row) {
    lastLength = length;
    lastWasRead = false;
    if (length > maxDocumentBytes) {
      verdict = JsonVerdict.TOO_LARGE;
    } else if (scanner.scan(document, offset, length, row)) {
      verdict = JsonVerdict.OK;
    } else {
      verdict = decodeStrictly(document, offset, length, row);
    }
    return verdict;
  }

  /** As {@link #decode}, by the strict reader alone; for tests that compare the two. */
  JsonVerdict decodeStrictly(byte[] document, int offset, int length, FlatRow row) {
    strictDocuments++;
    lastWasRead = true;
    lastLength = length;
    verdict = strict.read(document, offset, length, row);
    return verdict;
  }

  /** By the fast path alone; for tests that compare the two. */
  boolean decodeFast(byte[] document, int offset, int length, FlatRow row) {
    return scanner.scan(document, offset, length, row);
  }

  /** Documents that needed the strict reader so far. */
  public long strictDocuments() {
    return strictDocuments;
  }

  /**
   * Bytes before the place at which the last document was found malformed; 0 if it was not read.
   */
  public long position() {
    return lastWasRead ? strict.position() : 0;
  }

  /** The schema's field, dotted if nested, in which the last document was found malformed. */
  public @Nullable String field() {
    return lastWasRead ? strict.field() : null;
  }

  /**
   * What is wrong with the last document, for a person: never a value of it. For example {@code
   * wrong type: amount at byte 57}.
   */
  public String describe() {
    return switch (verdict) {
      case OK, NULL_VALUE, EMPTY -> verdict.text();
      case TOO_LARGE ->
          verdict.text() + ": " + lastLength + " bytes, the limit is " + maxDocumentBytes;
      case TRUNCATED -> verdict.text() + ": ends at byte " + lastLength;
      default -> {
        String in = field() == null ? "" : field() + " ";
        yield verdict.text() + ": " + in + "at byte " + position();
      }
    };
  }
}
