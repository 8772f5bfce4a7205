import { onRequest } from 'firebase-functions/https';
import { REGION } from '../config.ts';

/** Where Stripe sends its events: open to all, for the signature is what proves the sender. Parse, call, answer. */
export const stripeWebhook = onRequest(
  { region: REGION, timeoutSeconds: 60, memory: '512MiB', maxInstances: 20, invoker: 'public' },
  async (request, response) => {
    if (request.method !== 'POST') {
      response.status(405).set('Allow', 'POST').send('Stripe sends its events here by POST.');
      return;
    }
    const [{ receiveStripeEvent }, { runtime }] = await Promise.all([
      import('../webhooks/receive-stripe-event.ts'),
      import('../runtime.ts'),
    ]);
    const deps = runtime();
    const secrets = await deps.readSecret('stripe-webhook-secret');
    const { status, body } = await receiveStripeEvent(deps, secrets, request.rawBody, request.get('stripe-signature'));
    response.status(status).send(body);
  },
);
