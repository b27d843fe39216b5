package io.millrace.gateway.cli;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A point in time: {@code 2026-11-22T10:00:00Z}; without a zone, in UTC. */
final class TimeOption implements ITypeConverter<Instant> {
  @Override
  public Instant convert(String text) {
    String iso = text.strip().replace(' ', 'T');
    if (!iso.contains("T")) {
      iso += "T00:00:00";
    }
    try {
      return OffsetDateTime.parse(iso).toInstant();
    } catch (DateTimeParseException noZone) {
      try {
        return LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
      } catch (DateTimeParseException e) {
        throw new TypeConversionException(
            "'" + text + "' is no point in time; write it like 2026-11-22T10:00:00Z");
      }
    }
  }
}
