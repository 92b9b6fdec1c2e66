// Checks an owner's password elsewhere: a directory of the company, another application's database.
import { defineConfig } from '@gatehouse/server';

/** Stands for that other place. */
const PEOPLE = new Map([['ann', { number: '7', password: 'open sesame', name: 'Ann' }]]);

export default defineConfig({
  hooks: {
    authenticateOwner({ username, password }) {
      const person = PEOPLE.get(username);
      if (person?.password !== password) return null;
      return { subject: person.number, username, enabled: true, locked: false, claims: { name: person.name } };
    },
  },
});
