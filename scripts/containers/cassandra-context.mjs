// What the image of Cassandra needs beside its recipe: the jars from Maven Central, and cqlsh from PyPI.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { run } from './run.mjs';

/** Kept for this machine. The tests start nodes of their own out of the same jars. */
const CACHE = path.join(os.tmpdir(), 'gatehouse-jars');

const pom = (version) => `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>test.support</groupId><artifactId>cassandra-libs</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.cassandra</groupId><artifactId>cassandra-all</artifactId><version>${version}</version>
    </dependency>
  </dependencies>
</project>
`;

/** Python's version in the suite that the image is made of, whatever this machine's is. */
const PYTHON = '3.11';
const PLATFORMS = ['manylinux2014_x86_64', 'manylinux_2_17_x86_64', 'any'];

/** A folder to build from: the recipe, `lib` and `wheels`. */
export async function cassandraContext(recipe, version) {
  const folder = path.join(CACHE, `cassandra-${version}`);
  const [lib, wheels] = [path.join(folder, 'lib'), path.join(folder, 'wheels')];
  fs.mkdirSync(folder, { recursive: true });
  if (!fs.existsSync(lib) || !fs.readdirSync(lib).some((file) => file.startsWith('cassandra-all-'))) {
    fs.writeFileSync(path.join(folder, 'pom.xml'), pom(version));
    await run('mvn', ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${lib}`], { cwd: folder });
  }
  if (!fs.existsSync(wheels) || !fs.readdirSync(wheels).some((file) => file.startsWith('cqlsh-'))) {
    const platforms = PLATFORMS.flatMap((name) => ['--platform', name]);
    const args = ['-m', 'pip', 'download', '-q', '--only-binary=:all:', '--python-version', PYTHON, ...platforms];
    await run('python3', [...args, '-d', wheels, 'cqlsh']);
  }
  const context = fs.mkdtempSync(path.join(os.tmpdir(), 'gatehouse-image-'));
  for (const from of [recipe, folder])
    fs.cpSync(from, context, { recursive: true, filter: (file) => path.basename(file) !== 'pom.xml' });
  return context;
}
