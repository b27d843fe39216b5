package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.MillraceException;
import io.millrace.catalog.access.Action;
import io.millrace.catalog.access.Privilege;
import io.millrace.catalog.access.SecurableType;
import io.millrace.catalog.server.model.Definition;
import io.millrace.catalog.server.model.Definition.Column;
import io.millrace.catalog.server.model.Definition.Dependency;
import io.millrace.catalog.server.model.Definition.TableType;
import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import io.millrace.catalog.server.state.Change;
import io.millrace.catalog.server.store.Transaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Tables of a pipeline that runs in this process: they are made and changed to what the pipeline
 * keeps, all of them or none. What people have put on them stays: owners, grants, tags, filters,
 * masks, comments and properties where the pipeline has none, and other names. Thread-safe.
 */
public final class PipelineTables {
  /** Property of a table that says which pipeline keeps it. */
  public static final String PIPELINE = "millrace.pipeline";

  /** What pipelines need in a catalog to have schemas of their own there. */
  public static final Set<Privilege> PIPELINES_IN_A_CATALOG =
      Set.of(Privilege.USE_CATALOG, Privilege.CREATE_SCHEMA);

  /**
   * What the metastore's admins are granted in a catalog that is made for pipelines: to own it lets
   * them grant, and read nothing. This says so, and can be taken away.
   */
  public static final Set<Privilege> ADMINS_IN_A_CATALOG =
      Set.of(Privilege.USE_CATALOG, Privilege.USE_SCHEMA, Privilege.SELECT);

  /** Properties that begin so are the pipeline's: what it does not say any more goes. */
  private static final String OURS = "millrace.";

  private static final String FORMAT = "DELTA";

  private final Work work;

  public PipelineTables(Work work) {
    this.work = requireNonNull(work, "work is null");
  }

  /**
   * A table as the pipeline keeps it.
   *
   * @param name of the dataset; the table may have been given another one since
   * @param place a path or a URI
   * @param query as its author wrote it; empty of a table without one
   * @param reads names of datasets that are tables before it
   * @param primaryKey empty if there is none
   */
  public record Draft(
      String name,
      TableType type,
      String place,
      List<Column> columns,
      Optional<String> comment,
      Map<String, String> properties,
      Optional<String> query,
      List<String> reads,
      List<String> primaryKey) {
    public Draft {
      requireNonNull(name, "name is null");
      requireNonNull(type, "type is null");
      requireNonNull(place, "place is null");
      columns = List.copyOf(columns);
      requireNonNull(comment, "comment is null");
      properties = Map.copyOf(properties);
      requireNonNull(query, "query is null");
      reads = List.copyOf(reads);
      primaryKey = List.copyOf(primaryKey);
      if (type != TableType.STREAMING_TABLE && type != TableType.MATERIALIZED_VIEW) {
        throw new IllegalArgumentException("a pipeline keeps no " + type);
      }
    }
  }

  /**
   * Makes and changes; a catalog or schema that is missing is made, too. Nothing is written where
   * everything is so already.
   *
   * @param pipeline its name
   * @param tables those that others read before them
   * @return ids of the tables by the names of the datasets
   * @throws MillraceException SECURABLE_EXISTS if something else has the name; PERMISSION_DENIED,
   *     SECURABLE_NOT_FOUND, LOCATION_OVERLAPS, ARGUMENT_INVALID
   */
  public Map<String, UUID> put(
      Caller caller, String pipeline, String catalog, String schema, List<Draft> tables) {
    SecurableName.valid(SecurableType.CATALOG, catalog);
    SecurableName.valid(SecurableType.SCHEMA, schema);
    return work.write(
        in -> {
          Securable parent = schema(in, caller, catalog(in, caller, catalog), schema);
          Map<String, UUID> ids = new LinkedHashMap<>();
          for (Draft draft : tables) {
            ids.put(draft.name(), put(in, caller, pipeline, parent, draft, ids).id());
          }
          return ids;
        });
  }

  /** Pipelines that keep a table, by the names that they had then. */
  public Set<String> pipelines() {
    Set<String> names = new TreeSet<>();
    work.state()
        .all()
        .filter(each -> each.type() == SecurableType.TABLE)
        .forEach(each -> pipeline(each).ifPresent(names::add));
    return names;
  }

  private static Optional<String> pipeline(Securable table) {
    return Optional.ofNullable(table.properties().get(PIPELINE));
  }

  private Securable catalog(Transaction in, Caller caller, String name) {
    Optional<Securable> found = in.state().find(SecurableType.CATALOG, List.of(name));
    if (found.isPresent()) {
      return found.get();
    }
    Securable root = in.state().metastore();
    work.gate().require(in.state(), caller, Action.CREATE_CATALOG, root);
    Securable made =
        work.add(
            in,
            caller,
            "createCatalog",
            Securable.create(
                    SecurableType.CATALOG,
                    root.id(),
                    name,
                    new Definition.Catalog(Optional.empty()),
                    Work.stamp(in, caller))
                .withOwner(in.state().admins(), Work.stamp(in, caller)),
            Map.of());
    grant(in, caller, made, caller.principal(), PIPELINES_IN_A_CATALOG);
    grant(in, caller, made, in.state().admins(), ADMINS_IN_A_CATALOG);
    return made;
  }

  private void grant(
      Transaction in, Caller caller, Securable on, UUID principal, Set<Privilege> privileges) {
    in.apply(new Change.PutGrant(on.id(), principal, privileges));
    work.audit(
        in,
        caller,
        "updatePermissions",
        on,
        Map.of(
            "principal",
            Work.name(in.state(), principal),
            "add",
            String.join(", ", privileges.stream().map(Privilege::wireName).sorted().toList()),
            "remove",
            ""));
  }

  private Securable schema(Transaction in, Caller caller, Securable catalog, String name) {
    Optional<Securable> found = in.state().find(catalog.id(), SecurableType.SCHEMA, name);
    if (found.isPresent()) {
      return found.get();
    }
    work.gate().require(in.state(), caller, Action.CREATE_SCHEMA, catalog);
    Securable made =
        work.add(
            in,
            caller,
            "createSchema",
            Securable.create(
                SecurableType.SCHEMA,
                catalog.id(),
                name,
                new Definition.Schema(Optional.empty()),
                Work.stamp(in, caller)),
            Map.of());
    // Who gets a table of it handed over does not keep the pipeline from writing it.
    grant(in, caller, made, caller.principal(), Set.of(Privilege.ALL_PRIVILEGES));
    return made;
  }

  private Securable put(
      Transaction in,
      Caller caller,
      String pipeline,
      Securable schema,
      Draft draft,
      Map<String, UUID> before) {
    SecurableName.valid(SecurableType.TABLE, draft.name());
    String place = Location.normalize(draft.place());
    List<Dependency> dependencies =
        draft.reads().stream()
            .map(read -> in.state().find(before.get(read)).orElseThrow())
            .map(read -> new Dependency(false, in.state().fullName(read)))
            .toList();
    Optional<Securable> known = known(in.state(), pipeline, schema, draft, place);
    return known.isPresent()
        ? changed(in, caller, pipeline, known.get(), draft, place, dependencies)
        : made(in, caller, pipeline, schema, draft, place, dependencies);
  }

  /** By its place, as it may have another name by now; else by its name. */
  private static Optional<Securable> known(
      CatalogState state, String pipeline, Securable schema, Draft draft, String place) {
    Optional<Securable> there =
        state
            .atOrAbove(place)
            .filter(each -> each.definition().ownLocation().equals(Optional.of(place)))
            .filter(each -> pipeline(each).equals(Optional.of(pipeline)));
    if (there.isPresent()) {
      return there;
    }
    Optional<Securable> named = state.find(schema.id(), SecurableType.TABLE, draft.name());
    if (named.isPresent() && !pipeline(named.get()).equals(Optional.of(pipeline))) {
      throw new CatalogException(
          ErrorCode.SECURABLE_EXISTS,
          SecurableType.TABLE,
          "table %s is there already, and is not one of pipeline %s"
              .formatted(state.fullName(named.get()), pipeline),
          "rename or drop it, or say another catalog or schema in pipeline.yml");
    }
    return named;
  }

  private Securable made(
      Transaction in,
      Caller caller,
      String pipeline,
      Securable schema,
      Draft draft,
      String place,
      List<Dependency> dependencies) {
    TableColumns.valid(draft.columns());
    Action needed =
        draft.type() == TableType.MATERIALIZED_VIEW
            ? Action.CREATE_MATERIALIZED_VIEW
            : Action.CREATE_TABLE;
    work.gate().require(in.state(), caller, needed, schema);
    requireFree(in.state(), schema, place);
    return work.add(
        in,
        caller,
        "createTable",
        new Securable(
            UUID.randomUUID(),
            SecurableType.TABLE,
            schema.id(),
            draft.name(),
            caller.principal(),
            draft.comment(),
            properties(Map.of(), pipeline, draft),
            Map.of(),
            new Definition.Table(
                draft.type(),
                Optional.of(FORMAT),
                Optional.of(place),
                draft.columns(),
                draft.query(),
                dependencies,
                constraints(Map.of(), draft),
                Optional.empty()),
            Work.stamp(in, caller),
            Work.stamp(in, caller)),
        Map.of("table_type", draft.type().name(), "pipeline", pipeline));
  }

  /** The place is the pipeline's to choose, as it writes there; only nobody else may have it. */
  private static void requireFree(CatalogState state, Securable schema, String place) {
    Places.requireFree(state, place);
    String staged = Places.managedRoot(state, schema) + StagingTables.FOLDER;
    if (Places.overlap(staged, place)) {
      throw new MillraceException(
          ErrorCode.LOCATION_OVERLAPS,
          "%s is where the catalog gives out places for managed tables".formatted(place),
          "choose another root for the pipeline");
    }
  }

  private Securable changed(
      Transaction in,
      Caller caller,
      String pipeline,
      Securable before,
      Draft draft,
      String place,
      List<Dependency> dependencies) {
    Definition.Table was = (Definition.Table) before.definition();
    Map<String, String> constraints = constraints(was.constraints(), draft);
    List<Column> columns =
        TableColumns.changed(was.withConstraints(constraints), commented(was, draft.columns()));
    Definition.Table is =
        new Definition.Table(
            draft.type(),
            Optional.of(FORMAT),
            Optional.of(place),
            columns,
            draft.query(),
            dependencies,
            constraints,
            was.rowFilter());
    Map<String, String> properties = properties(before.properties(), pipeline, draft);
    Optional<String> comment = draft.comment().or(before::comment);
    if (is.equals(was)
        && properties.equals(before.properties())
        && comment.equals(before.comment())) {
      return before;
    }
    work.gate().require(in.state(), caller, Action.ALTER, before);
    if (!was.location().equals(is.location())) {
      requireFree(in.state(), in.state().find(before.parent()).orElseThrow(), place);
    }
    Securable.Stamp now = Work.stamp(in, caller);
    return work.replace(
        in,
        caller,
        "updateTable",
        before.withDefinition(is, now).withProperties(properties, now).withComment(comment, now),
        Map.of("pipeline", pipeline));
  }

  private static List<Column> commented(Definition.Table was, List<Column> columns) {
    Map<String, String> comments = new HashMap<>();
    was.columns()
        .forEach(column -> column.comment().ifPresent(text -> comments.put(column.name(), text)));
    List<Column> result = new ArrayList<>();
    for (Column column : columns) {
      result.add(
          column.comment().isPresent()
              ? column
              : column.withComment(Optional.ofNullable(comments.get(column.name()))));
    }
    return result;
  }

  private static Map<String, String> properties(
      Map<String, String> before, String pipeline, Draft draft) {
    Map<String, String> properties = new TreeMap<>();
    before.forEach(
        (name, value) -> {
          if (!name.startsWith(OURS)) {
            properties.put(name, value);
          }
        });
    properties.putAll(draft.properties());
    properties.put(PIPELINE, pipeline);
    return properties;
  }

  private static Map<String, String> constraints(Map<String, String> before, Draft draft) {
    String ours = draft.name() + "_pk";
    Map<String, String> constraints = new TreeMap<>(before);
    constraints.remove(ours);
    boolean theirs =
        constraints.values().stream()
            .anyMatch(text -> TableConstraint.parse(text) instanceof TableConstraint.PrimaryKey);
    if (!draft.primaryKey().isEmpty() && !theirs) {
      constraints.put(ours, new TableConstraint.PrimaryKey(draft.primaryKey()).sql());
    }
    return constraints;
  }
}
