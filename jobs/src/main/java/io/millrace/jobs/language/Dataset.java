package io.millrace.jobs.language;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A named result of a query: what a pipeline is made of. */
public sealed interface Dataset permits StreamingTable, MaterializedView, TemporaryView {

  /**
   * Where rows go that cannot be parsed or are dropped: a table's name, {@code true}, or nothing.
   */
  String QUARANTINE = "quality.quarantine";

  /** For how long a key is remembered by deduplication: a duration, or {@code unbounded}. */
  String DEDUPLICATE_HORIZON = "deduplicate.horizon";

  /** {@code column - INTERVAL …}: event time and how late a row may be. */
  String WATERMARK = "watermark";

  /** Columns of the primary key, comma-separated: another way to say {@code PRIMARY KEY (…)}. */
  String PRIMARY_KEY = "primary-key";

  Declaration declaration();

  /** What it is in SQL, in lower case: {@code streaming table}. */
  String kind();

  /** True if its rows are kept in a table; false if they only pass. */
  boolean isStored();

  default String name() {
    return declaration().name();
  }

  default List<ColumnDefinition> columns() {
    return declaration().columns();
  }

  default List<ExpectationClause> expectations() {
    return declaration().expectations();
  }

  default List<String> primaryKey() {
    return declaration().primaryKey();
  }

  default Map<String, TableProperty> properties() {
    return declaration().properties();
  }

  default Query query() {
    return declaration().query();
  }

  default Position position() {
    return declaration().position();
  }

  default Optional<String> comment() {
    return Optional.ofNullable(declaration().comment());
  }

  /** Event time and how late a row may be: an expression over the dataset's columns. */
  default Optional<SqlFragment> watermark() {
    return Optional.ofNullable(declaration().watermark());
  }

  default Optional<String> property(String name) {
    return Optional.ofNullable(properties().get(name)).map(TableProperty::value);
  }

  /** The table for what this dataset refuses; {@code <name>_quarantine} where it just says true. */
  default Optional<String> quarantineTable() {
    return property(QUARANTINE)
        .filter(value -> !value.equalsIgnoreCase("false"))
        .map(value -> value.equalsIgnoreCase("true") ? name() + "_quarantine" : value);
  }
}
