/** JSON documents to rows, driven by a schema: one scan, no object for a plain document. */
@NullMarked
package io.millrace.jobs.json;

import org.jspecify.annotations.NullMarked;
