package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Definition.Column;
import io.millrace.catalog.server.model.Definition.Dependency;
import io.millrace.catalog.server.model.Definition.TableType;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.store.Transaction;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Tables and views: what they are and where their data lies, never what is in them. Thread-safe.
 */
public final class Tables {
  /** Property by which a managed Delta table says in its own log which table it is. */
  public static final String TABLE_ID = "io.unitycatalog.tableId";

  private final Work work;

  public Tables(Work work) {
    this.work = requireNonNull(work, "work is null");
  }

  /**
   * What is to be made.
   *
   * @param format empty for a view
   * @param location empty for a view
   * @param viewText the query of a view, materialized view or streaming table
   */
  public record Creation(
      String name,
      TableType type,
      Optional<String> format,
      Optional<String> location,
      List<Column> columns,
      Optional<String> comment,
      Map<String, String> properties,
      Optional<String> viewText,
      List<Dependency> dependencies) {
    public Creation {
      requireNonNull(name, "name is null");
      requireNonNull(type, "type is null");
      columns = List.copyOf(columns);
      properties = Map.copyOf(properties);
      dependencies = List.copyOf(dependencies);
    }
  }

  /** What is to change; empty for what is to stay. */
  public record Alteration(
      Optional<String> name,
      Optional<String> comment,
      Optional<Map<String, String>> properties,
      Optional<String> owner,
      Optional<List<Column>> columns,
      Optional<String> viewText,
      Optional<List<Dependency>> dependencies) {
    public Alteration {
      properties = properties.map(Map::copyOf);
      columns = columns.map(List::copyOf);
      dependencies = dependencies.map(List::copyOf);
    }

    private boolean isOnlyOwner() {
      return owner.isPresent()
          && name.isEmpty()
          && comment.isEmpty()
          && properties.isEmpty()
          && columns.isEmpty()
          && viewText.isEmpty()
          && dependencies.isEmpty();
    }
  }

  /**
   * Makes a table or view in a schema.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, SECURABLE_EXISTS,
   *     ARGUMENT_INVALID, LOCATION_OVERLAPS
   */
  public Securable create(Caller caller, String catalog, String schema, Creation creation) {
    SecurableName.valid(SecurableType.TABLE, creation.name());
    TableColumns.valid(creation.columns());
    requireSound(creation);
    return work.write(
        in -> {
          Action needed =
              creation.type() == TableType.MATERIALIZED_VIEW
                  ? Action.CREATE_MATERIALIZED_VIEW
                  : Action.CREATE_TABLE;
          Securable parent =
              work.gate()
                  .require(
                      in.state(), caller, needed, SecurableType.SCHEMA, catalog + "." + schema);
          // Before the place is looked at: who sends a request again reads that it was done.
          if (in.state().find(parent.id(), SecurableType.TABLE, creation.name()).isPresent()) {
            throw CatalogException.exists(
                SecurableType.TABLE, in.state().fullName(parent) + "." + creation.name());
          }
          requireReadable(in.state(), caller, creation.dependencies());
          Placed placed = placed(in, caller, parent, creation);
          return work.add(
              in,
              caller,
              "createTable",
              new Securable(
                  placed.id(),
                  SecurableType.TABLE,
                  parent.id(),
                  creation.name(),
                  caller.principal(),
                  creation.comment().filter(text -> !text.isEmpty()),
                  creation.properties(),
                  Map.of(),
                  new Definition.Table(
                      creation.type(),
                      creation.format(),
                      placed.location(),
                      creation.columns(),
                      creation.viewText(),
                      creation.dependencies(),
                      Map.of(),
                      Optional.empty()),
                  Work.stamp(in, caller),
                  Work.stamp(in, caller)),
              Map.of("table_type", creation.type().name()));
        });
  }

  private static void requireSound(Creation creation) {
    TableType type = creation.type();
    boolean view = type == TableType.VIEW;
    boolean derived = view || type == TableType.MATERIALIZED_VIEW;
    if (derived && creation.viewText().filter(text -> !text.isBlank()).isEmpty()) {
      throw invalid(
          "a %s needs a view_definition".formatted(type), "add the query that its rows come from");
    }
    if (view && (creation.location().isPresent() || creation.format().isPresent())) {
      throw invalid("a VIEW has no storage_location and no data_source_format", "leave them out");
    }
    boolean plain = type == TableType.EXTERNAL || type == TableType.MANAGED;
    if (plain && (creation.viewText().isPresent() || !creation.dependencies().isEmpty())) {
      throw invalid(
          "a table of the type %s has no view_definition".formatted(type),
          "leave view_definition and view_dependencies out");
    }
    if (plain && creation.location().isEmpty()) {
      throw invalid(
          "a table of the type %s needs a storage_location".formatted(type),
          type == TableType.MANAGED
              ? "ask for one with POST /staging-tables"
              : "name the folder that its files are in");
    }
    if (plain && creation.format().isEmpty()) {
      throw invalid(
          "a table of the type %s needs a data_source_format".formatted(type),
          "name the format of its files, such as DELTA");
    }
    if (type == TableType.MANAGED && !creation.format().get().equals("DELTA")) {
      throw invalid(
          "a managed table cannot be %s".formatted(creation.format().get()),
          "make it DELTA, or EXTERNAL");
    }
  }

  private record Placed(UUID id, Optional<String> location) {}

  private Placed placed(Transaction in, Caller caller, Securable schema, Creation creation) {
    if (creation.location().isEmpty()) {
      return new Placed(UUID.randomUUID(), Optional.empty());
    }
    String given = creation.location().get();
    String place = Location.normalize(given);
    boolean staged =
        creation.type() == TableType.MANAGED
            || (creation.type() != TableType.EXTERNAL && StagingTables.isStaged(in, place));
    if (!staged) {
      return new Placed(
          UUID.randomUUID(),
          Optional.of(
              Places.external(work, in.state(), caller, Action.CREATE_EXTERNAL_TABLE, given)));
    }
    StagingTables.StagingTable claimed =
        StagingTables.claim(in, caller, schema, creation.name(), place);
    String told = creation.properties().get(TABLE_ID);
    if (creation.type() == TableType.MANAGED && !claimed.id().toString().equals(told)) {
      // A log that names another table would have its commits refused for ever.
      throw invalid(
          "the property %s is %s".formatted(TABLE_ID, told == null ? "missing" : told),
          "set it to the staging table's id " + claimed.id());
    }
    return new Placed(claimed.id(), Optional.of(place));
  }

  /** A view shows what its owner may read. */
  private void requireReadable(CatalogState state, Caller caller, List<Dependency> dependencies) {
    for (Dependency dependency : dependencies) {
      work.gate()
          .require(
              state,
              caller,
              dependency.isFunction() ? Action.EXECUTE : Action.SELECT,
              dependency.isFunction() ? SecurableType.FUNCTION : SecurableType.TABLE,
              dependency.fullName());
    }
  }

  /** A table that the caller may see. */
  public Securable find(Caller caller, String fullName) {
    return work.gate()
        .require(work.state(), caller, Action.DESCRIBE, SecurableType.TABLE, fullName);
  }

  /** Tables of a schema that the caller may see. */
  public Page<Securable> list(Caller caller, String catalog, String schema, Page.Request page) {
    CatalogState state = work.state();
    Securable parent =
        work.gate()
            .require(state, caller, Action.DESCRIBE, SecurableType.SCHEMA, catalog + "." + schema);
    return work.visible(state, caller, parent, SecurableType.TABLE, page);
  }

  /**
   * Changes a table. Columns are given as they are to be, all of them; tags and masks stay.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED, SECURABLE_EXISTS,
   *     PRINCIPAL_NOT_FOUND, ARGUMENT_INVALID
   */
  public Securable alter(Caller caller, String fullName, Alteration alteration) {
    alteration.name().ifPresent(name -> SecurableName.valid(SecurableType.TABLE, name));
    return work.write(
        in -> {
          Securable before =
              work.gate()
                  .require(
                      in.state(),
                      caller,
                      alteration.isOnlyOwner() ? Action.CHANGE_OWNER : Action.ALTER,
                      SecurableType.TABLE,
                      fullName);
          Securable.Stamp now = Work.stamp(in, caller);
          Securable changed = before;
          if (alteration.name().isPresent()) {
            changed = changed.withName(alteration.name().get(), now);
          }
          if (alteration.comment().isPresent()) {
            // An empty comment takes the comment away, as in Unity Catalog.
            changed =
                changed.withComment(alteration.comment().filter(text -> !text.isEmpty()), now);
          }
          if (alteration.properties().isPresent()) {
            changed =
                changed.withProperties(properties(before, alteration.properties().get()), now);
          }
          changed =
              changed.withDefinition(
                  altered(in.state(), caller, (Definition.Table) before.definition(), alteration),
                  now);
          changed = work.handOver(in, caller, changed, alteration.owner());
          return work.replace(
              in, caller, "updateTable", changed, Map.of("before", in.state().fullName(before)));
        });
  }

  private static Map<String, String> properties(Securable before, Map<String, String> changed) {
    String id = before.properties().get(TABLE_ID);
    if (id != null && !id.equals(changed.get(TABLE_ID))) {
      throw invalid(
          "the property %s cannot be changed".formatted(TABLE_ID), "give it back as it was");
    }
    return changed;
  }

  private Definition.Table altered(
      CatalogState state, Caller caller, Definition.Table table, Alteration alteration) {
    boolean derived =
        table.tableType() != TableType.EXTERNAL && table.tableType() != TableType.MANAGED;
    if (!derived && (alteration.viewText().isPresent() || alteration.dependencies().isPresent())) {
      throw invalid(
          "a table of the type %s has no view_definition".formatted(table.tableType()),
          "leave view_definition and view_dependencies out");
    }
    alteration.dependencies().ifPresent(changed -> requireReadable(state, caller, changed));
    return new Definition.Table(
        table.tableType(),
        table.format(),
        table.location(),
        alteration
            .columns()
            .map(columns -> TableColumns.changed(table, columns))
            .orElse(table.columns()),
        alteration.viewText().or(table::viewText),
        alteration.dependencies().orElse(table.dependencies()),
        table.constraints(),
        table.rowFilter());
  }

  /**
   * Drops a table. Its files stay where they are.
   *
   * @throws MillraceException SECURABLE_NOT_FOUND, PERMISSION_DENIED
   */
  public void drop(Caller caller, String fullName) {
    work.write(
        in -> {
          Securable dropped =
              work.gate().require(in.state(), caller, Action.DROP, SecurableType.TABLE, fullName);
          work.drop(in, caller, "deleteTable", dropped, false);
          return dropped;
        });
  }

  private static MillraceException invalid(String problem, String remedy) {
    return new MillraceException(ErrorCode.ARGUMENT_INVALID, problem, remedy);
  }
}
