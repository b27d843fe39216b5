package io.millrace.catalog.server.system;

import static io.millrace.catalog.server.system.SystemColumn.text;
import static io.millrace.catalog.server.system.SystemColumn.time;
import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.audit.AuditFilter;
import io.millrace.catalog.server.audit.AuditReader;
import io.millrace.catalog.server.service.Caller;
import io.millrace.catalog.server.service.Gate;
import io.millrace.catalog.server.state.CatalogState;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code system.access.audit}, with Databricks' columns; the newest events first. */
final class AuditTable implements SystemTable {
  private final Supplier<CatalogState> catalog;
  private final Gate gate;
  private final AuditReader reader;

  AuditTable(Supplier<CatalogState> catalog, Gate gate, AuditReader reader) {
    this.catalog = requireNonNull(catalog, "catalog is null");
    this.gate = requireNonNull(gate, "gate is null");
    this.reader = requireNonNull(reader, "reader is null");
  }

  @Override
  public String schema() {
    return "access";
  }

  @Override
  public String name() {
    return "audit";
  }

  @Override
  public List<SystemColumn> columns() {
    return List.of(
        text("account_id"),
        text("workspace_id"),
        text("version"),
        time("event_time"),
        new SystemColumn("event_date", "DATE"),
        text("source_ip_address"),
        text("user_agent"),
        text("session_id"),
        new SystemColumn("user_identity", "ROW<email STRING, subject_name STRING>"),
        text("service_name"),
        text("action_name"),
        text("request_id"),
        new SystemColumn("request_params", "MAP<STRING, STRING>"),
        new SystemColumn("response", "ROW<status_code INT, error_message STRING, result STRING>"),
        text("audit_level"),
        text("event_id"),
        new SystemColumn("identity_metadata", "ROW<run_by STRING, run_as STRING>"));
  }

  @Override
  public SystemPage rows(Caller viewer, SystemFilter filter, int rowsMax, Optional<String> token) {
    CatalogState state = catalog.get();
    gate.require(state, viewer, Action.READ_AUDIT, state.metastore());
    AuditFilter wanted =
        new AuditFilter(
            filter.from(),
            filter.to(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    if (filter.catalog().isPresent() && filter.schema().isPresent() && filter.table().isPresent()) {
      wanted =
          wanted.ofSecurable(
              "table",
              filter.catalog().get() + "." + filter.schema().get() + "." + filter.table().get());
    }
    AuditReader.Page page = reader.page(wanted, rowsMax, token);
    String metastore = state.metastore().id().toString();
    return new SystemPage(
        page.lines().stream().map(line -> row(metastore, line)).toList(), page.next());
  }

  private static List<@Nullable Object> row(String metastore, AuditReader.Line line) {
    AuditEvent event = line.event();
    Map<String, @Nullable Object> identity = new LinkedHashMap<>();
    identity.put("email", event.principalName());
    identity.put("subject_name", event.principal().map(Object::toString).orElse(null));
    Map<String, @Nullable Object> response = new LinkedHashMap<>();
    response.put("status_code", status(event));
    response.put("error_message", event.reason().isEmpty() ? null : event.reason());
    response.put("result", null);
    Map<String, @Nullable Object> runAs = new LinkedHashMap<>();
    runAs.put("run_by", event.principalName());
    runAs.put("run_as", event.principalName());
    Map<String, String> parameters = new LinkedHashMap<>(event.parameters());
    if (!event.securableType().isEmpty()) {
      parameters.put("securable_type", event.securableType());
      parameters.put("full_name_arg", event.fullName());
    }
    return Arrays.asList(
        metastore,
        "0",
        "2.0",
        event.at(),
        LocalDate.ofInstant(event.at(), ZoneOffset.UTC),
        event.sourceAddress().isEmpty() ? null : event.sourceAddress(),
        null,
        null,
        identity,
        service(event.action()),
        event.action(),
        event.requestId(),
        parameters,
        response,
        "ACCOUNT_LEVEL",
        Long.toString(line.number()),
        runAs);
  }

  /** Databricks has principals and tokens in {@code accounts}, all the rest in this one. */
  private static String service(String action) {
    String lower = action.toLowerCase(Locale.ROOT);
    boolean accounts =
        lower.contains("token")
            || lower.contains("login")
            || lower.contains("user")
            || lower.contains("group")
            || lower.contains("principal");
    return accounts ? "accounts" : "unityCatalog";
  }

  private static int status(AuditEvent event) {
    if (event.outcome() == AuditEvent.Outcome.DONE) {
      return 200;
    }
    if (event.outcome() == AuditEvent.Outcome.DENIED) {
      return event.reason().startsWith("not found") || event.reason().startsWith("hidden")
          ? 404
          : 403;
    }
    String code = event.reason();
    if (code.startsWith(ErrorCode.UNAUTHENTICATED.name())) {
      return 401;
    }
    if (code.contains("_NOT_FOUND")) {
      return 404;
    }
    return code.startsWith(ErrorCode.INTERNAL.name()) || code.startsWith(ErrorCode.IO_FAILED.name())
        ? 500
        : 400;
  }
}
