/** Whether what takes many minutes on a machine of its own is run too: `TEST_CASSANDRA_LONG=1`. */
export const LONG = process.env['TEST_CASSANDRA_LONG'] === '1';
