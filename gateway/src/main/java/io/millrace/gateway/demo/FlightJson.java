package io.millrace.gateway.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.SplittableRandom;

/** Flights as JSON documents, good and bad ones. Not thread-safe. */
final class FlightJson {
  private static final DateTimeFormatter ISO = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss");

  /** Not UTF-8, each for another reason: impossible byte, lone continuation, overlong, cut. */
  private static final byte[][] NOT_UTF8 = {
    {(byte) 0xff}, {(byte) 0x80}, {(byte) 0xc0, (byte) 0xaf}, {(byte) 0xe2, (byte) 0x82}
  };

  private final StringBuilder text = new StringBuilder(160);
  // Neighbours in the file depart in the same minute.
  private long lastSeconds = Long.MIN_VALUE;
  private String lastText = "";

  byte[] document(Flight flight) {
    return render(
        flight, Long.toString(flight.id()), number(flight.delay()), number(flight.distance()));
  }

  /** A document cut anywhere, but not to nothing. */
  byte[] truncated(Flight flight, SplittableRandom random) {
    byte[] document = document(flight);
    byte[] cut = new byte[1 + random.nextInt(document.length - 1)];
    System.arraycopy(document, 0, cut, 0, cut.length);
    return cut;
  }

  /** A document in which one value has another type. */
  byte[] wrongType(Flight flight, SplittableRandom random) {
    String id = Long.toString(flight.id());
    return switch (random.nextInt(3)) {
      case 0 -> render(flight, id, "\"late\"", number(flight.distance()));
      case 1 -> render(flight, id, number(flight.delay()), "{\"miles\":" + flight.distance() + "}");
      default -> render(flight, "true", number(flight.delay()), number(flight.distance()));
    };
  }

  /** A document whose origin begins with bytes that are no UTF-8. */
  byte[] invalidUtf8(Flight flight, SplittableRandom random) {
    byte[] document = document(flight);
    byte[] bad = NOT_UTF8[random.nextInt(NOT_UTF8.length)];
    int at = text.indexOf("\"origin\":\"") + "\"origin\":\"".length();
    byte[] value = new byte[document.length + bad.length];
    System.arraycopy(document, 0, value, 0, at);
    System.arraycopy(bad, 0, value, at, bad.length);
    System.arraycopy(document, at, value, at + bad.length, document.length - at);
    return value;
  }

  private byte[] render(Flight flight, String id, String delay, String distance) {
    text.setLength(0);
    text.append("{\"flight_id\":").append(id);
    text.append(",\"date\":\"").append(time(flight.departedSeconds()));
    text.append("\",\"delay\":").append(delay);
    text.append(",\"distance\":").append(distance);
    text.append(",\"origin\":\"").append(flight.origin());
    text.append("\",\"destination\":\"").append(flight.destination()).append("\"}");
    return text.toString().getBytes(ISO_8859_1);
  }

  private String time(long seconds) {
    if (seconds != lastSeconds) {
      lastSeconds = seconds;
      lastText = ISO.format(LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC));
    }
    return lastText;
  }

  private static String number(int value) {
    return Integer.toString(value);
  }
}
