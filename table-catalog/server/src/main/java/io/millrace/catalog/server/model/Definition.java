package io.millrace.catalog.server.model;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** What a securable is, beside its name and owner; one kind for each {@code SecurableType}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Definition.Metastore.class, name = "metastore"),
  @JsonSubTypes.Type(value = Definition.Catalog.class, name = "catalog"),
  @JsonSubTypes.Type(value = Definition.Schema.class, name = "schema"),
  @JsonSubTypes.Type(value = Definition.Table.class, name = "table"),
  @JsonSubTypes.Type(value = Definition.Volume.class, name = "volume"),
  @JsonSubTypes.Type(value = Definition.SqlFunction.class, name = "function"),
  @JsonSubTypes.Type(value = Definition.Model.class, name = "model"),
  @JsonSubTypes.Type(value = Definition.ExternalLocation.class, name = "location"),
  @JsonSubTypes.Type(value = Definition.StorageCredential.class, name = "credential")
})
public sealed interface Definition {

  /**
   * Where its data lies, if that is its own place that nothing else may lie in or around: a
   * normalised URI without a slash at the end.
   */
  @JsonIgnore
  default Optional<String> ownLocation() {
    return Optional.empty();
  }

  /**
   * The one root.
   *
   * @param admins id of the group of metastore admins
   * @param storageRoot under which managed tables and volumes get their places
   */
  record Metastore(UUID admins, String storageRoot) implements Definition {
    public Metastore {
      requireNonNull(admins, "admins is null");
      requireNonNull(storageRoot, "storageRoot is null");
    }
  }

  /**
   * A catalog.
   *
   * @param storageRoot for its managed tables, if it is not the metastore's
   */
  record Catalog(Optional<String> storageRoot) implements Definition {
    public Catalog {
      requireNonNull(storageRoot, "storageRoot is null");
    }
  }

  /**
   * A schema.
   *
   * @param storageRoot for its managed tables, if it is not the catalog's
   */
  record Schema(Optional<String> storageRoot) implements Definition {
    public Schema {
      requireNonNull(storageRoot, "storageRoot is null");
    }
  }

  /** The types of Unity Catalog's REST API. */
  enum TableType {
    MANAGED,
    EXTERNAL,
    VIEW,
    MATERIALIZED_VIEW,
    STREAMING_TABLE;

    /** Whether rows are computed when they are asked for. */
    public boolean isView() {
      return this == VIEW;
    }
  }

  /**
   * A table or view.
   *
   * @param format such as {@code DELTA}; empty for a view
   * @param location normalised; empty for a view
   * @param columns in order
   * @param viewText the query of a view
   * @param dependencies what a view reads, full names
   * @param constraints by name: SQL conditions, and {@code PRIMARY KEY (…)}
   * @param rowFilter what decides which rows somebody sees
   */
  record Table(
      TableType tableType,
      Optional<String> format,
      Optional<String> location,
      List<Column> columns,
      Optional<String> viewText,
      List<Dependency> dependencies,
      Map<String, String> constraints,
      Optional<Policy> rowFilter)
      implements Definition {
    public Table {
      requireNonNull(tableType, "tableType is null");
      requireNonNull(format, "format is null");
      requireNonNull(location, "location is null");
      columns = List.copyOf(columns);
      requireNonNull(viewText, "viewText is null");
      dependencies = List.copyOf(dependencies);
      constraints = java.util.Collections.unmodifiableMap(new TreeMap<>(constraints));
      requireNonNull(rowFilter, "rowFilter is null");
    }

    @Override
    public Optional<String> ownLocation() {
      return location;
    }

    /** Whether somebody who may SELECT may not see everything in it. */
    @JsonIgnore
    public boolean isFiltered() {
      return rowFilter.isPresent() || columns.stream().anyMatch(c -> c.mask().isPresent());
    }

    public Table withColumns(List<Column> changed) {
      return new Table(
          tableType, format, location, changed, viewText, dependencies, constraints, rowFilter);
    }

    public Table withRowFilter(Optional<Policy> changed) {
      return new Table(
          tableType, format, location, columns, viewText, dependencies, constraints, changed);
    }

    public Table withConstraints(Map<String, String> changed) {
      return new Table(
          tableType, format, location, columns, viewText, dependencies, changed, rowFilter);
    }
  }

  /** What a view reads or calls: a table or a function, by its full name. */
  record Dependency(boolean isFunction, String fullName) {
    public Dependency {
      requireNonNull(fullName, "fullName is null");
    }
  }

  /**
   * A row filter or a column mask: a SQL function of the catalog and what it is called with.
   *
   * @param function id
   * @param columns names of columns of the table; a mask's own column comes first and is not listed
   */
  record Policy(UUID function, List<String> columns) {
    public Policy {
      requireNonNull(function, "function is null");
      columns = List.copyOf(columns);
    }
  }

  /**
   * A column of a table.
   *
   * @param typeText such as {@code decimal(10,2)}
   * @param typeName as Unity Catalog names it, such as {@code DECIMAL}
   * @param typeJson Delta's JSON of the column, if it was given
   * @param partitionIndex place among the partition columns
   */
  record Column(
      String name,
      String typeText,
      String typeName,
      Optional<String> typeJson,
      Optional<Integer> typePrecision,
      Optional<Integer> typeScale,
      Optional<String> typeIntervalType,
      boolean nullable,
      Optional<String> comment,
      Optional<Integer> partitionIndex,
      Map<String, String> tags,
      Optional<Policy> mask) {
    public Column {
      requireNonNull(name, "name is null");
      requireNonNull(typeText, "typeText is null");
      requireNonNull(typeName, "typeName is null");
      requireNonNull(typeJson, "typeJson is null");
      requireNonNull(typePrecision, "typePrecision is null");
      requireNonNull(typeScale, "typeScale is null");
      requireNonNull(typeIntervalType, "typeIntervalType is null");
      requireNonNull(comment, "comment is null");
      requireNonNull(partitionIndex, "partitionIndex is null");
      tags = java.util.Collections.unmodifiableMap(new TreeMap<>(tags));
      requireNonNull(mask, "mask is null");
    }

    public Column withTags(Map<String, String> changed) {
      return new Column(
          name,
          typeText,
          typeName,
          typeJson,
          typePrecision,
          typeScale,
          typeIntervalType,
          nullable,
          comment,
          partitionIndex,
          changed,
          mask);
    }

    public Column withComment(Optional<String> changed) {
      return new Column(
          name,
          typeText,
          typeName,
          typeJson,
          typePrecision,
          typeScale,
          typeIntervalType,
          nullable,
          changed,
          partitionIndex,
          tags,
          mask);
    }

    public Column withMask(Optional<Policy> changed) {
      return new Column(
          name,
          typeText,
          typeName,
          typeJson,
          typePrecision,
          typeScale,
          typeIntervalType,
          nullable,
          comment,
          partitionIndex,
          tags,
          changed);
    }
  }

  /** A folder of files. */
  record Volume(boolean managed, String location) implements Definition {
    public Volume {
      requireNonNull(location, "location is null");
    }

    @Override
    public Optional<String> ownLocation() {
      return Optional.of(location);
    }
  }

  /**
   * A function written in SQL.
   *
   * @param parameters in order
   * @param returnType full type text
   * @param body the expression or query
   * @param wire what else a client said of it, as JSON, to be given back as it came
   */
  record SqlFunction(
      List<Parameter> parameters, String returnType, String body, Optional<String> wire)
      implements Definition {
    public SqlFunction {
      parameters = List.copyOf(parameters);
      requireNonNull(returnType, "returnType is null");
      requireNonNull(body, "body is null");
      requireNonNull(wire, "wire is null");
    }
  }

  /** A parameter of a function. */
  record Parameter(String name, String typeText, Optional<String> defaultValue) {
    public Parameter {
      requireNonNull(name, "name is null");
      requireNonNull(typeText, "typeText is null");
      requireNonNull(defaultValue, "defaultValue is null");
    }
  }

  /**
   * A registered model.
   *
   * @param versions in order of their numbers
   * @param lastVersion the highest number that was ever given
   */
  record Model(String location, List<ModelVersion> versions, long lastVersion)
      implements Definition {
    public Model {
      requireNonNull(location, "location is null");
      versions = List.copyOf(versions);
    }

    @Override
    public Optional<String> ownLocation() {
      return Optional.of(location);
    }
  }

  /** One version of a model. */
  record ModelVersion(
      UUID id,
      long version,
      Optional<String> source,
      Optional<String> runId,
      String status,
      Optional<String> comment,
      String location,
      Securable.Stamp created,
      Securable.Stamp updated) {
    public ModelVersion {
      requireNonNull(id, "id is null");
      requireNonNull(source, "source is null");
      requireNonNull(runId, "runId is null");
      requireNonNull(status, "status is null");
      requireNonNull(comment, "comment is null");
      requireNonNull(location, "location is null");
      requireNonNull(created, "created is null");
      requireNonNull(updated, "updated is null");
    }
  }

  /**
   * A place outside that may be used.
   *
   * @param url normalised
   * @param credential id of the storage credential
   */
  record ExternalLocation(String url, UUID credential) implements Definition {
    public ExternalLocation {
      requireNonNull(url, "url is null");
      requireNonNull(credential, "credential is null");
    }
  }

  /**
   * By what a place outside is reached. Holds no secret: a role is assumed by the server.
   *
   * @param roleArn an AWS role, if it is one
   */
  record StorageCredential(Optional<String> roleArn, boolean readOnly) implements Definition {
    public StorageCredential {
      requireNonNull(roleArn, "roleArn is null");
    }
  }
}
