package io.millrace.jobs.language;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What every kind of dataset declares.
 *
 * @param columns in order; empty if the query alone says what they are
 * @param primaryKey of a {@code PRIMARY KEY} clause or the {@code primary-key} property; may be
 *     empty
 * @param properties by name, in the order of the file
 * @param watermark the expression of the {@code watermark} property; null if there is none
 * @param comment null if there is none
 * @param position of the dataset's name
 */
public record Declaration(
    String name,
    List<ColumnDefinition> columns,
    List<ExpectationClause> expectations,
    List<String> primaryKey,
    Map<String, TableProperty> properties,
    @Nullable SqlFragment watermark,
    @Nullable String comment,
    Query query,
    Position position) {

  public Declaration {
    requireNonNull(name, "name is null");
    requireNonNull(query, "query is null");
    requireNonNull(position, "position is null");
    columns = List.copyOf(columns);
    expectations = List.copyOf(expectations);
    primaryKey = Collections.unmodifiableList(new ArrayList<>(primaryKey));
    properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
  }
}
