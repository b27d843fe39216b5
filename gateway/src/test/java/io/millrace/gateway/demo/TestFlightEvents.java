package io.millrace.gateway.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.catalog.MillraceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TestFlightEvents {
  private static final int COUNT = 100_000;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void sameSeedMakesTheSameEvents() {
    List<FlightEvent> once = events(new PoisonPlan(7, 10), 20_000);
    List<FlightEvent> again = events(new PoisonPlan(7, 10), 20_000);
    List<FlightEvent> otherwise = events(new PoisonPlan(8, 10), 20_000);

    assertThat(again).usingElementComparator(TestFlightEvents::compareBytes).isEqualTo(once);
    assertThat(otherwise).usingElementComparator(TestFlightEvents::compareBytes).isNotEqualTo(once);
  }

  @Test
  void anEventIsTheLineOfItsIndex() throws IOException {
    FlightEvent first = events(new PoisonPlan(1, 0), 1).get(0);

    assertThat(new String(first.value(), UTF_8))
        .isEqualTo(
            "{\"flight_id\":1,\"date\":\"2001-01-01T00:01:00\",\"delay\":33,\"distance\":2176,"
                + "\"origin\":\"LAS\",\"destination\":\"PHL\"}");
  }

  @Test
  void noPoisonMeansNone() {
    assertThat(events(new PoisonPlan(1, 0), 20_000))
        .allMatch(event -> event.poison().isEmpty() && !event.malformed());
  }

  @Test
  void allKindsOfPoisonShareThePercentage() {
    Map<Poison, Integer> counts = new EnumMap<>(Poison.class);
    PoisonPlan plan = new PoisonPlan(1, 1);
    for (long i = 0; i < 3_000_000; i++) {
      plan.at(i).ifPresent(kind -> counts.merge(kind, 1, Integer::sum));
    }

    double each = 3_000_000 * 0.01 / Poison.values().length;
    assertThat(counts).containsOnlyKeys(Poison.values());
    assertThat(counts.values()).allSatisfy(n -> assertThat(n * 1.0).isCloseTo(each, within(300.0)));
  }

  @Test
  void malformedValuesAreMalformedAndTheOthersAreNot() {
    for (FlightEvent event : events(new PoisonPlan(3, 20), COUNT)) {
      assertThat(readable(event.value()))
          .as("event %d, %s", event.index(), event.poison())
          .isNotEqualTo(event.malformed());
    }
  }

  @Test
  void whatAnEventSaysIsWhatItsFlightHas() throws IOException {
    for (FlightEvent event : events(new PoisonPlan(3, 50), 20_000)) {
      if (event.malformed()) {
        continue;
      }
      JsonNode json = JSON.readTree(event.value());
      Flight flight = event.flight();
      assertThat(json.get("flight_id").asLong()).isEqualTo(flight.id());
      assertThat(json.get("delay").asInt()).isEqualTo(flight.delay());
      assertThat(json.get("distance").asInt()).isEqualTo(flight.distance());
      assertThat(json.get("origin").asText()).isEqualTo(flight.origin());
      assertThat(json.get("destination").asText()).isEqualTo(flight.destination());
    }
  }

  @Test
  void aDuplicateRepeatsAnEarlierEventByteForByte() {
    PoisonPlan plan = new PoisonPlan(3, 50);
    List<FlightEvent> all = events(plan, COUNT);
    List<FlightEvent> repeats =
        all.stream().filter(e -> e.poison().equals(Optional.of(Poison.DUPLICATE))).toList();

    assertThat(repeats).hasSizeGreaterThan(1_000);
    for (FlightEvent repeat : repeats) {
      FlightEvent earlier = all.get((int) plan.repeatedBy(repeat.index()));
      assertThat(repeat.index() - earlier.index()).isBetween(1L, 10_000L);
      assertThat(repeat.value()).isEqualTo(earlier.value());
      assertThat(repeat.malformed()).isEqualTo(earlier.malformed());
    }
  }

  @Test
  void poisonedAirportsAreNoAirports() throws IOException {
    Set<String> airports =
        Files.readAllLines(FlightFiles.AIRPORTS).stream()
            .map(line -> line.substring(0, line.indexOf(',')))
            .collect(Collectors.toSet());

    assertThat(
            events(new PoisonPlan(3, 50), COUNT).stream()
                .filter(e -> e.poison().equals(Optional.of(Poison.UNKNOWN_AIRPORT)))
                .map(FlightEvent::flight))
        .hasSizeGreaterThan(1_000)
        .noneMatch(f -> airports.contains(f.origin()) && airports.contains(f.destination()));
  }

  @Test
  void refusesMoreEventsThanThereAreFlights() {
    assertThatThrownBy(
            () -> FlightEvents.open(FlightFiles.FLIGHTS, new PoisonPlan(1, 1), 3_000_001))
        .isInstanceOf(MillraceException.class)
        .hasMessage(
            "OPTION_INVALID: --events is 3000001, but there are 3,000,000 real flights and none is"
                + " used twice\n  Remedy: choose between 1 and 3000000");
  }

  @Test
  void refusesAPercentageThatIsNone() {
    assertThatThrownBy(() -> new PoisonPlan(1, Double.NaN))
        .hasMessage(
            "OPTION_INVALID: --poison is NaN, a percentage is 0 to 100\n"
                + "  Remedy: leave it out for 1 percent");
  }

  @Test
  void saysWhichFileIsMissing() {
    assertThatThrownBy(() -> FlightEvents.open(Path.of("gone.parquet"), new PoisonPlan(1, 1), 1))
        .hasMessage(
            "FILE_NOT_FOUND: the flights gone.parquet are not there\n"
                + "  Remedy: restore the file: git checkout -- sql/flights/data");
  }

  private static List<FlightEvent> events(PoisonPlan plan, int count) {
    try (FlightEvents events = FlightEvents.open(FlightFiles.FLIGHTS, plan, count)) {
      List<FlightEvent> all = new ArrayList<>();
      events.forEachRemaining(all::add);
      return all;
    }
  }

  private static int compareBytes(FlightEvent a, FlightEvent b) {
    return Arrays.compare(a.value(), b.value());
  }

  /** By Java's decoder and Jackson: a reader that the pipeline does not use on its fast path. */
  private static boolean readable(byte[] value) {
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
      JsonNode json = JSON.readTree(text);
      Function<String, JsonNode> field = json::get;
      return json.isObject()
          && field.apply("flight_id").canConvertToLong()
          && field.apply("delay").isInt()
          && field.apply("distance").isInt()
          && field.apply("origin").isTextual();
    } catch (CharacterCodingException | com.fasterxml.jackson.core.JsonProcessingException e) {
      return false;
    }
  }
}
