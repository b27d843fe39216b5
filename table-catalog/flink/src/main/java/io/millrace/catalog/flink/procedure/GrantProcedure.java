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
 * {@code CALL system.grant(privileges => …, securable => …, principal => …)}: gives privileges on a
 * securable to a user, a group or a service principal.
 */
public final class GrantProcedure implements Procedure {
  private final UnityClient client;
  private final SecurableNames names;

  GrantProcedure(UnityClient client, SecurableNames names) {
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
      output = @DataTypeHint("ROW<`principal` STRING, `privilege` STRING>"))
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
                        principal, AccessArguments.privileges(privileges), List.of()))));
    return rows(now, principal);
  }

  /** What the principal has been granted there now. */
  private static Row[] rows(Permissions now, String principal) {
    if (now.privilegeAssignments() == null) {
      return new Row[0];
    }
    return now.privilegeAssignments().stream()
        .filter(each -> each.principal().equalsIgnoreCase(principal))
        .flatMap(each -> each.privileges().stream().map(one -> Row.of(each.principal(), one)))
        .toArray(Row[]::new);
  }
}
