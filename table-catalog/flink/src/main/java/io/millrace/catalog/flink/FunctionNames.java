package io.millrace.catalog.flink;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.flink.rest.UnityClient;
import io.millrace.catalog.flink.rest.Wire.FunctionInfo;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Which functions there are, by schema, for a moment: for each column that a statement names the
 * planner asks whether there is a function of its name, several times. Thread-safe.
 */
final class FunctionNames {
  private static final long VALID_NANOS = Duration.ofSeconds(2).toNanos();

  private final CatalogNames names;
  private final UnityClient client;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  private record Known(Set<String> functions, long untilNanos) {}

  FunctionNames(CatalogNames names, UnityClient client) {
    this.names = requireNonNull(names, "names is null");
    this.client = requireNonNull(client, "client is null");
  }

  /** Whether there may be such a function; if not there was none a moment ago. */
  boolean mayContain(String schema, String function) {
    Known found =
        known.compute(
            schema.toLowerCase(Locale.ROOT),
            (key, before) ->
                before != null && before.untilNanos() - System.nanoTime() > 0
                    ? before
                    : new Known(list(schema), System.nanoTime() + VALID_NANOS));
    return found.functions().contains(function.toLowerCase(Locale.ROOT));
  }

  private Set<String> list(String schema) {
    if (client.findSchema(names.schema(schema)).isEmpty()) {
      return Set.of();
    }
    return client.functions(names.there(), schema).stream()
        .map(FunctionInfo::name)
        .map(name -> name.toLowerCase(Locale.ROOT))
        .collect(Collectors.toSet());
  }
}
