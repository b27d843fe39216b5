package io.millrace.catalog.server.rest;

import io.millrace.catalog.server.model.Securable;
import io.millrace.catalog.server.state.CatalogState;
import java.util.Optional;

/** Names of what something lies in; empty texts if it was dropped meanwhile. */
record SchemaParts(String catalog, String schema) {

  static SchemaParts of(CatalogState state, Securable securable) {
    Optional<Securable> schema = state.find(securable.parent());
    Optional<Securable> catalog = schema.flatMap(found -> state.find(found.parent()));
    return new SchemaParts(
        catalog.map(Securable::name).orElse(""), schema.map(Securable::name).orElse(""));
  }
}
