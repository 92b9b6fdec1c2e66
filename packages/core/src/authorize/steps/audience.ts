import { grantAudience } from '../../tokens/audience.ts';
import type { Step } from '../step.ts';

/** RFC 8707 2. */
export const chooseAudience: Step<'client', 'audience'> = ({ client, context, form }) => ({
  audience: grantAudience(form.all('resource'), client.audience, context.settings.limits.resources),
});
