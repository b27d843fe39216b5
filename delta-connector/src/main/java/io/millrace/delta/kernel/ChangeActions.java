package io.millrace.delta.kernel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.delta.ChangeFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What Kernel has no actions for: the files that list changed rows. */
final class ChangeActions {
  private static final JsonFactory JSON = new ObjectMapper().getFactory();

  private ChangeActions() {}

  /** Adds a {@code cdc} action for each file. */
  static void write(List<ChangeFile> files, ByteArrayOutputStream target) throws IOException {
    for (ChangeFile file : files) {
      target.writeBytes(action(file).getBytes(StandardCharsets.UTF_8));
      target.write('\n');
    }
  }

  private static String action(ChangeFile file) throws IOException {
    StringWriter json = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(json)) {
      out.writeStartObject();
      out.writeObjectFieldStart("cdc");
      out.writeStringField("path", LogPaths.encode(file.path()));
      out.writeObjectFieldStart("partitionValues");
      for (Map.Entry<String, @Nullable String> value : file.partitionValues().entrySet()) {
        out.writeStringField(value.getKey(), value.getValue());
      }
      out.writeEndObject();
      out.writeNumberField("size", file.sizeBytes());
      out.writeBooleanField("dataChange", false);
      out.writeEndObject();
      out.writeEndObject();
    }
    return json.toString();
  }

  /**
   * A {@code remove} action that says that it changes data.
   *
   * @param action says that it does not; quotes within its texts are escaped, so that only the
   *     field itself can look like the field
   */
  static String undisguised(String action) {
    return action.replace("\"dataChange\":false", "\"dataChange\":true");
  }
}
