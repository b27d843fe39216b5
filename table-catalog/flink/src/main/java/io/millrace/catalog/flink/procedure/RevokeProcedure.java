package io.millrace.catalog.flink.procedure;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.flink.rest.UnityClient;
import io.millrace.catalog.flink.rest.Wire.Permissions;
import io.millrace.catalog.flink.rest.Wire.PermissionsChange;
import io.millrace.catalog.flink.rest.Wire.UpdatePermissions;
import java.util.List;
import org.apache.flink.table.annotation.ArgumentHint;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.ProcedureHint;
import org.apache.flink.table.procedure.ProcedureContext;
import org.apache.flink.table.procedures.Procedure;
import org.apache.flink.types.Row;

/**
 * {@code CALL system.revoke(privileges => …, securable => …, principal => …)}: takes privileges
 * away that were granted on a securable itself. A row for each that the principal has even so, and
 * by what.
 */
public final class RevokeProcedure implements Procedure {
  private final UnityClient client;
  private final SecurableNames names;

  RevokeProcedure(UnityClient client, SecurableNames names) {
    this.client = requireNonNull(client, "client is null");
    this.names = requireNonNull(names, "names is null");
  }

  @ProcedureHint(
      arguments = {
        @ArgumentHint(name = "privileges", type = @DataTypeHint("STRING")),
        @ArgumentHint(name = "securable_type", type = @DataTypeHint("STRING")),
        @ArgumentHint(name = "securable", type = @DataTypeHint("STRING")),
        @ArgumentHint(name = "principal", type = @DataTypeHint("STRING"))
      },
      output =
          @DataTypeHint(
              "ROW<`principal` STRING, `privilege` STRING, `granted_to` STRING,"
                  + " `on_type` STRING, `on_name` STRING>"))
  public Row[] call(
      ProcedureContext context,
      String privileges,
      String securableType,
      String securable,
      String principal) {
    SecurableType type = AccessArguments.type(securableType);
    Permissions now =
        client.changePermissions(
            type,
            names.full(type, securable),
            new UpdatePermissions(
                List.of(
                    new PermissionsChange(
                        principal, List.of(), AccessArguments.privileges(privileges)))));
    return rows(now);
  }

  private static Row[] rows(Permissions now) {
    if (now.stillHeld() == null) {
      return new Row[0];
    }
    return now.stillHeld().stream()
        .map(
            held ->
                Row.of(
                    held.principal(),
                    held.privilege(),
                    held.grantedTo(),
                    held.onType(),
                    held.onName()))
        .toArray(Row[]::new);
  }
}
