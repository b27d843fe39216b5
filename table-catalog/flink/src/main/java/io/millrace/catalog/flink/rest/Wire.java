package io.millrace.catalog.flink.rest;

import static java.util.Objects.requireNonNullElse;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Unity Catalog's REST API sends and takes, as far as it is used here. The names are the
 * API's; null is what was left out.
 */
public final class Wire {
  private Wire() {}

  /** A schema. */
  public record SchemaInfo(
      String name, @Nullable String comment, @Nullable Map<String, String> properties) {}

  /** A new schema. */
  public record CreateSchema(
      String name,
      String catalogName,
      @Nullable String comment,
      @Nullable Map<String, String> properties) {}

  /** What is to change about a schema. */
  public record UpdateSchema(@Nullable String comment, @Nullable Map<String, String> properties) {}

  /** A column of a table or view. */
  public record ColumnInfo(
      String name,
      @Nullable String typeText,
      @Nullable String typeJson,
      @Nullable String typeName,
      @Nullable Integer typePrecision,
      @Nullable Integer typeScale,
      @Nullable Integer position,
      @Nullable String comment,
      @Nullable Boolean nullable,
      @Nullable Integer partitionIndex) {}

  /** Full name of a table that a view reads. */
  public record TableDependency(String tableFullName) {}

  /** Full name of a function that a view calls. */
  public record FunctionDependency(String functionFullName) {}

  /** What a view needs. */
  public record Dependency(
      @Nullable TableDependency table, @Nullable FunctionDependency function) {}

  /** What a view needs, all of it. */
  public record DependencyList(List<Dependency> dependencies) {}

  /** A table or view. */
  public record TableInfo(
      String name,
      String catalogName,
      String schemaName,
      String tableType,
      @Nullable String dataSourceFormat,
      @Nullable List<ColumnInfo> columns,
      @Nullable String storageLocation,
      @Nullable String comment,
      @Nullable Map<String, String> properties,
      @Nullable String tableId,
      @Nullable String viewDefinition) {

    /** Whether rows are computed when they are asked for. */
    public boolean isView() {
      return tableType.equals("VIEW");
    }

    public String fullName() {
      return catalogName + "." + schemaName + "." + name;
    }

    /** Properties; none if they were left out. */
    public Map<String, String> options() {
      return requireNonNullElse(properties, Map.of());
    }
  }

  /** A new table or view. */
  public record CreateTable(
      String name,
      String catalogName,
      String schemaName,
      String tableType,
      @Nullable String dataSourceFormat,
      List<ColumnInfo> columns,
      @Nullable String storageLocation,
      @Nullable String comment,
      Map<String, String> properties,
      @Nullable String viewDefinition,
      @Nullable DependencyList viewDependencies) {}

  /** What is to change about a table or view; an addition of Millrace's to the API. */
  public record UpdateTable(
      @Nullable String newName,
      @Nullable String comment,
      @Nullable Map<String, String> properties,
      @Nullable List<ColumnInfo> columns,
      @Nullable String viewDefinition,
      @Nullable DependencyList viewDependencies) {
    /** Another name. */
    public static UpdateTable name(String newName) {
      return new UpdateTable(newName, null, null, null, null, null);
    }
  }

  /** A table that is to be. */
  public record CreateStagingTable(String name, String catalogName, String schemaName) {}

  /** Where its files go. */
  public record StagingTable(String id, String stagingLocation) {}

  /** One parameter of a function. */
  public record Parameter(
      String name,
      @Nullable String typeText,
      @Nullable String typeJson,
      @Nullable Integer position) {}

  /** Parameters of a function. */
  public record Parameters(@Nullable List<Parameter> parameters) {}

  /** A function. */
  public record FunctionInfo(
      String name,
      @Nullable Parameters inputParams,
      @Nullable String dataType,
      @Nullable String fullDataType,
      @Nullable String routineBody,
      @Nullable String routineDefinition,
      @Nullable Boolean isDeterministic,
      @Nullable String comment) {}

  /** A registered model. */
  public record ModelInfo(String name, @Nullable String comment) {}

  /** What is to change about a model. */
  public record UpdateModel(String newName) {}

  /** Privileges of one principal. */
  public record Assignment(String principal, List<String> privileges) {}

  /** A privilege, and where it was granted if that was not on the securable itself. */
  public record Inherited(
      String privilege, @Nullable String inheritedFromType, @Nullable String inheritedFromName) {}

  /** Privileges of one principal, inherited ones too. */
  public record EffectiveAssignment(String principal, List<Inherited> privileges) {}

  /** A privilege that somebody has even after it was revoked. */
  public record StillHeld(
      String principal,
      String privilege,
      @Nullable String grantedTo,
      @Nullable String onType,
      @Nullable String onName) {}

  /** What is to change for one principal. */
  public record PermissionsChange(String principal, List<String> add, List<String> remove) {}

  /** What is to change, all or nothing. */
  public record UpdatePermissions(List<PermissionsChange> changes) {}

  /** What there is after a change. */
  public record Permissions(
      @Nullable List<Assignment> privilegeAssignments, @Nullable List<StillHeld> stillHeld) {}

  /** Why somebody may or may not do something. */
  public record Why(
      String principal, String action, boolean allowed, String reason, @Nullable String missing) {}
}
