package io.millrace.catalog.server.lineage;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The schemas that OpenLineage publishes. */
public final class PublishedSchemas {
  private PublishedSchemas() {}

  /** What is wrong with a value by a schema, given by its path on openlineage.io/spec. */
  public static List<String> problems(String schema, JsonNode value) throws IOException {
    Map<String, String> schemas = new HashMap<>();
    for (String each :
        List.of(
            "2-0-2/OpenLineage.json",
            "facets/1-2-0/ColumnLineageDatasetFacet.json",
            "facets/1-2-0/SchemaDatasetFacet.json",
            "facets/1-0-1/DatasetVersionDatasetFacet.json",
            "facets/2-0-4/JobTypeJobFacet.json",
            "facets/1-0-2/ExternalQueryRunFacet.json")) {
      String file = "/openlineage" + each.substring(each.lastIndexOf('/'));
      try (InputStream in = PublishedSchemas.class.getResourceAsStream(file)) {
        schemas.put(
            "https://openlineage.io/spec/" + each,
            new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    JsonSchema validator =
        JsonSchemaFactory.getInstance(
                SpecVersion.VersionFlag.V202012,
                builder -> builder.schemaLoaders(loaders -> loaders.schemas(schemas)))
            .getSchema(SchemaLocation.of("https://openlineage.io/spec/" + schema));
    return validator.validate(value).stream().map(Object::toString).toList();
  }
}
