import { parseMaxAge, parsePrompt } from '../prompt.ts';
import type { Step } from '../step.ts';

export const readPrompt: Step<never, 'prompt' | 'maxAge'> = ({ form }) => ({
  prompt: parsePrompt(form.get('prompt')),
  maxAge: parseMaxAge(form.get('max_age')),
});
