package io.millrace.delta.source;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.lineage.LineageDataset;
import org.apache.flink.streaming.api.lineage.LineageDatasetFacet;
import org.apache.flink.streaming.api.lineage.SourceLineageVertex;

/**
 * What Flink's lineage graph says of a source: the table's folder, in the store that it lies in.
 */
record TableOrigin(List<LineageDataset> datasets, Boundedness boundedness)
    implements SourceLineageVertex {

  static TableOrigin of(String path, Boundedness boundedness) {
    URI uri = new Path(path).toUri();
    String scheme = uri.getScheme() == null ? "file" : uri.getScheme();
    String namespace = uri.getHost() == null ? scheme : scheme + "://" + uri.getHost();
    return new TableOrigin(List.of(new Folder(namespace, uri.getPath())), boundedness);
  }

  private record Folder(String namespace, String name) implements LineageDataset {
    @Override
    public Map<String, LineageDatasetFacet> facets() {
      return Map.of();
    }
  }
}
