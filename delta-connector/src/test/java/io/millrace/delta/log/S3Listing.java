package io.millrace.delta.log;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** One page of ListObjectsV2. */
record S3Listing(
    String prefix, Map<String, StoredObject> objects, Set<String> folders, Optional<String> next) {
  private static final int PAGE_MAX = 1000;

  static S3Listing of(
      Map<String, StoredObject> all,
      String bucket,
      String prefix,
      Function<String, Optional<String>> parameter) {
    String delimiter = parameter.apply("delimiter").orElse("");
    // A page ends behind its last name, and the next begins there: the name is the token.
    String after =
        parameter.apply("continuation-token").or(() -> parameter.apply("start-after")).orElse("");
    int limit = parameter.apply("max-keys").map(Integer::parseInt).orElse(PAGE_MAX);
    Map<String, StoredObject> objects = new TreeMap<>();
    Set<String> folders = new TreeSet<>();
    String last = "";
    for (Map.Entry<String, StoredObject> entry : all.entrySet()) {
      if (!entry.getKey().startsWith(bucket + prefix)) {
        continue;
      }
      String key = entry.getKey().substring(bucket.length());
      if (key.compareTo(after) <= 0) {
        continue;
      }
      int end = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
      String folder = end < 0 ? "" : key.substring(0, end + 1);
      if (!folder.isEmpty() && (folders.contains(folder) || after.startsWith(folder))) {
        last = key;
        continue;
      }
      if (objects.size() + folders.size() == limit) {
        return new S3Listing(prefix, objects, folders, Optional.of(last));
      }
      if (folder.isEmpty()) {
        objects.put(key, entry.getValue());
      } else {
        folders.add(folder);
      }
      last = key;
    }
    return new S3Listing(prefix, objects, folders, Optional.empty());
  }

  String xml() {
    StringBuilder xml = new StringBuilder("<?xml version=\"1.0\"?><ListBucketResult>");
    xml.append("<Name>bucket</Name><Prefix>").append(escaped(prefix)).append("</Prefix>");
    xml.append("<KeyCount>").append(objects.size() + folders.size()).append("</KeyCount>");
    xml.append("<MaxKeys>1000</MaxKeys><IsTruncated>").append(next.isPresent());
    xml.append("</IsTruncated>");
    next.ifPresent(
        token ->
            xml.append("<NextContinuationToken>")
                .append(escaped(token))
                .append("</NextContinuationToken>"));
    objects.forEach(
        (key, object) ->
            xml.append("<Contents><Key>")
                .append(escaped(key))
                .append("</Key><LastModified>")
                .append(object.modified())
                .append("</LastModified><ETag>")
                .append(escaped(object.tag()))
                .append("</ETag><Size>")
                .append(object.bytes().length)
                .append("</Size><StorageClass>STANDARD</StorageClass></Contents>"));
    folders.forEach(
        folder ->
            xml.append("<CommonPrefixes><Prefix>")
                .append(escaped(folder))
                .append("</Prefix></CommonPrefixes>"));
    return xml.append("</ListBucketResult>").toString();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
