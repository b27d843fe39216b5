package io.millrace.catalog.flink.procedure;

import io.millrace.catalog.flink.rest.UnityClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.table.procedures.Procedure;

/** The procedures about privileges, by name. Immutable. */
public final class AccessProcedures {
  private final Map<String, Procedure> procedures;

  public AccessProcedures(UnityClient client, SecurableNames names) {
    procedures =
        Map.of(
            "grant", new GrantProcedure(client, names),
            "revoke", new RevokeProcedure(client, names),
            "show_grants", new ShowGrantsProcedure(client, names),
            "why", new WhyProcedure(client, names));
  }

  /** In alphabetical order. */
  public List<String> names() {
    return procedures.keySet().stream().sorted().toList();
  }

  public Optional<Procedure> find(String name) {
    return Optional.ofNullable(procedures.get(name));
  }
}
