package io.millrace.jobs.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.millrace.delta.row.FlatRow;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Arrays;
import org.apache.flink.table.types.logical.DateType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.junit.jupiter.api.Test;

/** The fast and the strict reader against each other, and both against what a document means. */
final class TestJsonReadersAgree {
  private static final long SEED = 20261122;

  private final JsonSchemaDecoder decoder = JsonSchemaDecoder.of(RandomDocuments.SCHEMA);
  private final FlatRow fastRow = new FlatRow(RandomDocuments.SCHEMA);
  private final FlatRow strictRow = new FlatRow(RandomDocuments.SCHEMA);
  private int accepted;
  private int acceptedFast;

  @Test
  void bothReadWhatADocumentMeans() {
    RandomDocuments documents = new RandomDocuments(SEED, false);
    for (int i = 0; i < 40_000; i++) {
      RandomDocuments.Document document = documents.next();
      compare(document.bytes());
      assertThat(decoder.decode(document.bytes(), 0, document.bytes().length, fastRow))
          .as(() -> text(document.bytes()))
          .isEqualTo(JsonVerdict.OK);
      assertThat(fastRow).as(() -> text(document.bytes())).isEqualTo(document.row());
    }
    assertThat(accepted).isEqualTo(40_000);
  }

  @Test
  void plainDocumentsNeverNeedTheStrictReader() {
    RandomDocuments documents = new RandomDocuments(SEED + 1, true);
    for (int i = 0; i < 20_000; i++) {
      RandomDocuments.Document document = documents.next();
      compare(document.bytes());
      if (acceptedFast != i + 1) {
        fail("given up: " + text(document.bytes()));
      }
    }
  }

  @Test
  void mutatedDocumentsAreJudgedAlike() {
    RandomDocuments documents = new RandomDocuments(SEED + 2, false);
    RandomDocuments plain = new RandomDocuments(SEED + 3, true);
    for (int i = 0; i < 30_000; i++) {
      byte[] document = (i % 2 == 0 ? documents : plain).next().bytes();
      for (int mutation = 0; mutation < 5; mutation++) {
        compare(documents.mutated(document));
      }
    }
    // Mutations that break nothing keep the comparison honest.
    assertThat(accepted).isBetween(10_000, 140_000);
    assertThat(acceptedFast).isBetween(5_000, accepted);
  }

  @Test
  void noDocumentIsCompleteBeforeItsLastByte() {
    RandomDocuments documents = new RandomDocuments(SEED + 4, false);
    for (int i = 0; i < 150; i++) {
      byte[] document = documents.next().bytes();
      int object = new String(document, UTF_8).stripTrailing().getBytes(UTF_8).length;
      for (int length = 0; length < object; length++) {
        compare(Arrays.copyOf(document, length));
        assertThat(accepted).as("%s cut to %s bytes", text(document), length).isZero();
      }
    }
  }

  @Test
  void noiseIsJudgedAlike() {
    RandomDocuments documents = new RandomDocuments(SEED + 5, false);
    for (int i = 0; i < 100_000; i++) {
      compare(documents.noise());
    }
  }

  @Test
  void theFastReaderKnowsTheCalendar() {
    RowType days = RowType.of(new LogicalType[] {new DateType()}, new String[] {"d"});
    JsonSchemaDecoder dates = JsonSchemaDecoder.of(days);
    FlatRow row = new FlatRow(days);
    for (int year = 0; year <= 9999; year++) {
      for (int month = 1; month <= 12; month++) {
        int last = year == 0 ? 0 : YearMonth.of(year, month).lengthOfMonth();
        for (int day = 27; day <= 32; day++) {
          byte[] document = dateDocument(year, month, day);
          boolean read = dates.decodeFast(document, 0, document.length, row);
          if (read != (day <= last)) {
            fail(text(document) + " is read: " + read);
          }
          if (read && row.getInt(0) != LocalDate.of(year, month, day).toEpochDay()) {
            fail(text(document) + " is read as day " + row.getInt(0));
          }
        }
      }
    }
  }

  private static byte[] dateDocument(int year, int month, int day) {
    byte[] document = "{\"d\":\"0000-00-00\"}".getBytes(UTF_8);
    for (int i = 9, rest = year; i > 5; i--, rest /= 10) {
      document[i] += (byte) (rest % 10);
    }
    document[11] += (byte) (month / 10);
    document[12] += (byte) (month % 10);
    document[14] += (byte) (day / 10);
    document[15] += (byte) (day % 10);
    return document;
  }

  private void compare(byte[] document) {
    // Around the document lies what could complete it, if a reader looked beyond its bounds.
    byte[] around = new byte[document.length + 24];
    Arrays.fill(around, (byte) '}');
    Arrays.fill(around, 0, 12, (byte) '"');
    System.arraycopy(document, 0, around, 12, document.length);
    boolean fast = decoder.decodeFast(around, 12, document.length, fastRow);
    JsonVerdict strict = decoder.decodeStrictly(around, 12, document.length, strictRow);
    if (fast && strict != JsonVerdict.OK) {
      fail("only the strict reader refuses, " + decoder.describe() + ": " + text(document));
    }
    if (strict == JsonVerdict.OK) {
      accepted++;
    } else {
      assertThat(decoder.position()).as(() -> text(document)).isBetween(0L, (long) document.length);
    }
    if (fast) {
      acceptedFast++;
      if (!fastRow.equals(strictRow)) {
        fail(text(document) + "\nfast:   " + fastRow + "\nstrict: " + strictRow);
      }
    }
  }

  private static String text(byte[] document) {
    return new String(document, UTF_8);
  }
}
