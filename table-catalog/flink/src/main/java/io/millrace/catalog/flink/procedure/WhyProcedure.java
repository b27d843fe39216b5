package io.millrace.catalog.flink.procedure;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.flink.rest.UnityClient;
import io.millrace.catalog.flink.rest.Wire.Why;
import java.util.Optional;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.ProcedureHint;
import org.apache.flink.table.procedure.ProcedureContext;
import org.apache.flink.table.procedures.Procedure;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;

/**
 * {@code CALL system.why(action => …, securable_type => …, securable => …)}: whether somebody may
 * do something, and why.
 */
public final class WhyProcedure implements Procedure {
  private final UnityClient client;
  private final SecurableNames names;

  WhyProcedure(UnityClient client, SecurableNames names) {
    this.client = requireNonNull(client, "client is null");
    this.names = requireNonNull(names, "names is null");
  }

  @ProcedureHint(
      arguments = {
        @ArgumentHint(name = "action", type = @DataTypeHint("STRING")),
        @ArgumentHint(name = "securable_type", type = @DataTypeHint("STRING")),
        @ArgumentHint(name = "securable", type = @DataTypeHint("STRING")),
        @ArgumentHint(name = "principal", type = @DataTypeHint("STRING"), isOptional = true)
      },
      output =
          @DataTypeHint(
              "ROW<`principal` STRING, `allowed` BOOLEAN, `reason` STRING, `missing` STRING>"))
  public Row[] call(
      ProcedureContext context,
      String action,
      String securableType,
      String securable,
      @Nullable String principal) {
    SecurableType type = AccessArguments.type(securableType);
    Why why = client.why(action, type, names.full(type, securable), Optional.ofNullable(principal));
    return new Row[] {Row.of(why.principal(), why.allowed(), why.reason(), why.missing())};
  }
}
