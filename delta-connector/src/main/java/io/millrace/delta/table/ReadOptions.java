package io.millrace.delta.table;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.delta.source.DeltaSource;
import io.millrace.delta.source.DeltaSourceBuilder;
import io.millrace.delta.source.ReadMode.ChangeForm;
import io.millrace.delta.source.ReadMode.OnChange;
import io.millrace.delta.table.DeltaTableOptions.Mode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.function.Consumer;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;

/** What a statement wants to read of a table, from the table's options. */
final class ReadOptions {
  private static final Duration LEAST_IDLE = Duration.ofSeconds(1);

  private final ReadableConfig options;
  private final ZoneId zone;
  private final boolean batch;

  /**
   * @param zone of times without one
   * @param batch whether everything that is read has to end
   */
  ReadOptions(ReadableConfig options, ZoneId zone, boolean batch) {
    this.options = requireNonNull(options, "options is null");
    this.zone = requireNonNull(zone, "zone is null");
    this.batch = batch;
  }

  String path() {
    return options.get(DeltaTableOptions.PATH);
  }

  Mode mode() {
    return options.get(DeltaTableOptions.MODE);
  }

  /** After which time without a row a reader holds nobody's watermark back. */
  Duration idleAfter() {
    Duration twoPolls = options.get(DeltaTableOptions.POLL_INTERVAL).multipliedBy(2);
    return twoPolls.compareTo(LEAST_IDLE) < 0 ? LEAST_IDLE : twoPolls;
  }

  /** True for the rows of the latest version. */
  boolean readsLatest() {
    return mode() == Mode.SNAPSHOT
        && options.getOptional(DeltaTableOptions.VERSION).isEmpty()
        && options.getOptional(DeltaTableOptions.TIMESTAMP).isEmpty();
  }

  /**
   * A source that reads what the options say.
   *
   * @throws MillraceException OPTION_INVALID naming the options
   */
  DeltaSourceBuilder source() {
    DeltaSourceBuilder source =
        DeltaSource.builder(path())
            .pollInterval(options.get(DeltaTableOptions.POLL_INTERVAL))
            .splitBytes(options.get(DeltaTableOptions.SPLIT_SIZE).getBytes());
    boolean ends = batch || options.getOptional(DeltaTableOptions.ENDING_VERSION).isPresent();
    switch (mode()) {
      case SNAPSHOT ->
          refuse(
              DeltaTableOptions.STARTING_VERSION,
              DeltaTableOptions.STARTING_TIMESTAMP,
              DeltaTableOptions.ENDING_VERSION);
      case STREAM -> {
        refuse(
            DeltaTableOptions.VERSION,
            DeltaTableOptions.TIMESTAMP,
            DeltaTableOptions.ENDING_VERSION);
        source.tail(onChange());
      }
      case CHANGES -> changes(source, ChangeForm.CHANGELOG, ends);
      case CHANGE_ROWS -> changes(source, ChangeForm.ROWS, ends);
    }
    options.getOptional(DeltaTableOptions.VERSION).ifPresent(source::version);
    time(DeltaTableOptions.TIMESTAMP, source::timestamp);
    time(DeltaTableOptions.STARTING_TIMESTAMP, source::startingTimestamp);
    options
        .getOptional(DeltaTableOptions.STARTING_VERSION)
        .ifPresent(version -> start(source, version));
    options.getOptional(DeltaTableOptions.ENDING_VERSION).ifPresent(source::endingVersion);
    return source;
  }

  private void changes(DeltaSourceBuilder source, ChangeForm form, boolean ends) {
    refuse(DeltaTableOptions.VERSION, DeltaTableOptions.TIMESTAMP);
    if (ends) {
      source.changesUntilNow(form);
    } else {
      source.changes(form);
    }
  }

  private void start(DeltaSourceBuilder source, String version) {
    if (version.equals("latest")) {
      source.startingAfterLatest();
      return;
    }
    try {
      source.startingVersion(Long.parseLong(version));
    } catch (NumberFormatException e) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          "option 'starting-version' of table %s is '%s'".formatted(path(), version),
          "give a number, or 'latest'",
          e);
    }
  }

  private OnChange onChange() {
    if (options.get(DeltaTableOptions.SKIP_CHANGE_COMMITS)) {
      return OnChange.SKIP_COMMIT;
    } else if (options.get(DeltaTableOptions.IGNORE_CHANGES)) {
      return OnChange.IGNORE_CHANGES;
    }
    return options.get(DeltaTableOptions.IGNORE_DELETES) ? OnChange.IGNORE_DELETES : OnChange.FAIL;
  }

  private void refuse(ConfigOption<?>... unfit) {
    for (ConfigOption<?> option : unfit) {
      if (options.getOptional(option).isPresent()) {
        throw new MillraceException(
            ErrorCode.OPTION_INVALID,
            "option '%s' of table %s means nothing in mode '%s'"
                .formatted(option.key(), path(), mode()),
            "leave it out, or choose another mode");
      }
    }
  }

  private void time(ConfigOption<String> option, Consumer<Long> target) {
    options
        .getOptional(option)
        .ifPresent(text -> target.accept(instant(option, text).toEpochMilli()));
  }

  /** A number of milliseconds, a time with an offset, or one without in the session's zone. */
  private Instant instant(ConfigOption<String> option, String text) {
    try {
      if (text.chars().allMatch(Character::isDigit)) {
        return Instant.ofEpochMilli(Long.parseLong(text));
      }
      String iso = text.strip().replace(' ', 'T');
      if (iso.length() == "2026-01-01".length()) {
        iso = iso + "T00:00:00";
      }
      boolean zoned = iso.endsWith("Z") || iso.substring(10).matches(".*[+-].*");
      return zoned
          ? OffsetDateTime.parse(iso).toInstant()
          : LocalDateTime.parse(iso).atZone(zone).toInstant();
    } catch (DateTimeException | NumberFormatException | IndexOutOfBoundsException e) {
      throw new MillraceException(
          ErrorCode.OPTION_INVALID,
          "option '%s' of table %s is '%s', which is no time".formatted(option.key(), path(), text),
          "write it as 2026-11-22 10:11:12 or 2026-11-22T10:11:12Z",
          e);
    }
  }
}
