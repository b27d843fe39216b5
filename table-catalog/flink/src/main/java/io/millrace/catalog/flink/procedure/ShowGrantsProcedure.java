package io.millrace.catalog.flink.procedure;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.flink.rest.UnityClient;
import io.millrace.catalog.flink.rest.Wire.Assignment;
import io.millrace.catalog.flink.rest.Wire.EffectiveAssignment;
import io.millrace.catalog.flink.rest.Wire.Inherited;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.ProcedureHint;
import org.apache.flink.table.procedure.ProcedureContext;
import org.apache.flink.table.procedures.Procedure;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;

/**
 * {@code CALL system.show_grants(securable_type => …, securable => …)}: who was granted what on a
 * securable itself, and with {@code effective} also on what it is in.
 */
public final class ShowGrantsProcedure implements Procedure {
  private final UnityClient client;
  private final SecurableNames names;

  ShowGrantsProcedure(UnityClient client, SecurableNames names) {
    this.client = requireNonNull(client, "client is null");
    this.names = requireNonNull(names, "names is null");
  }

  @ProcedureHint(
      arguments = {
        @ArgumentHint(name = "securable_type", type = @DataTypeHint("STRING")),
        @ArgumentHint(name = "securable", type = @DataTypeHint("STRING")),
        @ArgumentHint(name = "principal", type = @DataTypeHint("STRING"), isOptional = true),
        @ArgumentHint(name = "effective", type = @DataTypeHint("BOOLEAN"), isOptional = true)
      },
      output =
          @DataTypeHint(
              "ROW<`principal` STRING, `privilege` STRING, `on_type` STRING, `on_name` STRING>"))
  public Row[] call(
      ProcedureContext context,
      String securableType,
      String securable,
      @Nullable String principal,
      @Nullable Boolean effective) {
    SecurableType type = AccessArguments.type(securableType);
    String full = names.full(type, securable);
    Optional<String> whose = Optional.ofNullable(principal);
    List<Row> rows = new ArrayList<>();
    if (Boolean.TRUE.equals(effective)) {
      for (EffectiveAssignment each : client.effectivePermissions(type, full, whose)) {
        for (Inherited one : each.privileges()) {
          rows.add(
              Row.of(
                  each.principal(),
                  one.privilege(),
                  requireNonNullElse(one.inheritedFromType(), type.wireName())
                      .toLowerCase(Locale.ROOT),
                  requireNonNullElse(one.inheritedFromName(), full)));
        }
      }
    } else {
      for (Assignment each : client.permissions(type, full, whose)) {
        each.privileges()
            .forEach(one -> rows.add(Row.of(each.principal(), one, type.wireName(), full)));
      }
    }
    return rows.toArray(Row[]::new);
  }
}
