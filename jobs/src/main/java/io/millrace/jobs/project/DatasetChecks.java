package io.millrace.jobs.project;

import io.millrace.catalog.ErrorCode;
import io.millrace.jobs.language.ColumnDefinition;
import io.millrace.jobs.language.Dataset;
import io.millrace.jobs.language.ExpectationClause;
import io.millrace.jobs.language.Position;
import io.millrace.jobs.language.Problems;
import io.millrace.jobs.language.Suggestion;
import io.millrace.jobs.language.TableProperty;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.flink.util.TimeUtils;

/** What must hold of each dataset by itself, and of their names together. */
final class DatasetChecks {
  /** Names become folders: no separators, no dots, and short enough for any file system. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,127}");

  private static final List<String> RESERVED_PREFIXES =
      List.of("read_kafka_", "read_files_", "millrace_");
  private static final List<String> PROPERTIES =
      List.of(
          Dataset.QUARANTINE, Dataset.DEDUPLICATE_HORIZON, Dataset.WATERMARK, Dataset.PRIMARY_KEY);
  private static final List<String> PASSED_ON = List.of("pipelines.", "delta.");

  private final List<Dataset> datasets;
  private final Problems problems;

  DatasetChecks(List<Dataset> datasets, Problems problems) {
    this.datasets = datasets;
    this.problems = problems;
  }

  /** The datasets by name; of several with one name the first. */
  Map<String, Dataset> check() {
    Map<String, Dataset> byName = new LinkedHashMap<>();
    // Case aside: two folders that differ by case alone are one on many file systems.
    Map<String, Dataset> byFolder = new HashMap<>();
    for (Dataset dataset : datasets) {
      checkName(dataset, dataset.position(), "dataset", dataset.name());
      Dataset first = byFolder.putIfAbsent(dataset.name().toLowerCase(Locale.ROOT), dataset);
      if (first != null) {
        report(
            dataset,
            ErrorCode.DATASET_DUPLICATE,
            dataset.position(),
            "the dataset '"
                + dataset.name()
                + "' is there already, as '"
                + first.name()
                + "' at "
                + first.position(),
            "rename one of them; names differ by more than case");
      }
      byName.putIfAbsent(dataset.name(), dataset);
    }
    for (Dataset dataset : datasets) {
      checkColumns(dataset);
      checkExpectations(dataset);
      dataset.properties().values().forEach(property -> checkProperty(dataset, property));
      checkQuarantine(dataset, byFolder);
    }
    return byName;
  }

  private void checkName(Dataset dataset, Position position, String noun, String name) {
    if (!NAME.matcher(name).matches()) {
      report(
          dataset,
          ErrorCode.PROJECT_INVALID,
          position,
          "'" + name + "' cannot be the name of a " + noun,
          "begin with a letter, go on with letters, digits and '_', at most 128 in all");
    }
    for (String prefix : RESERVED_PREFIXES) {
      if (name.toLowerCase(Locale.ROOT).startsWith(prefix)) {
        report(
            dataset,
            ErrorCode.PROJECT_INVALID,
            position,
            "names that begin with '" + prefix + "' are reserved, '" + name + "' does",
            "choose another name");
      }
    }
  }

  private void checkColumns(Dataset dataset) {
    Set<String> seen = new HashSet<>();
    for (ColumnDefinition column : dataset.columns()) {
      if (!seen.add(column.name().toLowerCase(Locale.ROOT))) {
        report(
            dataset,
            ErrorCode.PROJECT_INVALID,
            column.position(),
            "the column '" + column.name() + "' is there twice",
            "rename one of them; names differ by more than case");
      }
    }
    if (dataset.columns().isEmpty()) {
      return;
    }
    List<String> names = dataset.columns().stream().map(ColumnDefinition::name).toList();
    for (String key : dataset.primaryKey()) {
      if (!names.contains(key)) {
        report(
            dataset,
            ErrorCode.COLUMN_NOT_FOUND,
            dataset.position(),
            "the primary key of '" + dataset.name() + "' names '" + key + "', which is no column",
            Suggestion.remedy(key, names, "its columns are"));
      }
    }
  }

  private void checkExpectations(Dataset dataset) {
    Map<String, ExpectationClause> seen = new HashMap<>();
    for (ExpectationClause clause : dataset.expectations()) {
      ExpectationClause first = seen.putIfAbsent(clause.name().toLowerCase(Locale.ROOT), clause);
      if (first != null) {
        report(
            dataset,
            ErrorCode.PROJECT_INVALID,
            clause.position(),
            "the constraint '" + clause.name() + "' is there already, at " + first.position(),
            "rename one of them; a constraint's name is unique within its dataset");
      }
    }
  }

  private void checkProperty(Dataset dataset, TableProperty property) {
    String name = property.name();
    if (PASSED_ON.stream().anyMatch(name::startsWith)) {
      return;
    }
    if (!PROPERTIES.contains(name)) {
      report(
          dataset,
          ErrorCode.PROPERTY_INVALID,
          property.position(),
          "there is no property '" + name + "'",
          Suggestion.remedy(name, PROPERTIES, "known are") + ", pipelines.*, delta.*");
    } else if (name.equals(Dataset.DEDUPLICATE_HORIZON)) {
      checkHorizon(dataset, property);
    }
  }

  private void checkHorizon(Dataset dataset, TableProperty property) {
    if (property.value().equalsIgnoreCase("unbounded")) {
      return;
    }
    try {
      if (TimeUtils.parseDuration(property.value()).isZero()) {
        throw new IllegalArgumentException("zero");
      }
    } catch (IllegalArgumentException | ArithmeticException e) {
      report(
          dataset,
          ErrorCode.PROPERTY_INVALID,
          property.valuePosition(),
          "deduplicate.horizon is '" + property.written() + "', which is no duration above zero",
          "write a duration such as '10 min' or '1 d', or 'unbounded'");
    }
  }

  private void checkQuarantine(Dataset dataset, Map<String, Dataset> byFolder) {
    TableProperty property = dataset.properties().get(Dataset.QUARANTINE);
    String table = dataset.quarantineTable().orElse(null);
    if (property == null || table == null) {
      return;
    }
    checkName(dataset, property.valuePosition(), "quarantine table", table);
    Dataset other = byFolder.get(table.toLowerCase(Locale.ROOT));
    if (other != null) {
      report(
          dataset,
          ErrorCode.DATASET_DUPLICATE,
          property.valuePosition(),
          "the quarantine table '" + table + "' is a dataset already, at " + other.position(),
          "give refused rows a table of their own");
    }
  }

  private void report(
      Dataset dataset, ErrorCode code, Position position, String message, String remedy) {
    problems.add(dataset.query().body().problem(code, position, message, remedy));
  }
}
