import { definePlugin } from '@countersign/plugin-sdk';
export default definePlugin({ name: 'stripe-payout', version: '1.0.0', title: 'Stripe payouts', description: 'x', category: 'payments', riskLevel: 'high', capabilities: ['files.read'], parameters: [], execute: async () => { throw new Error('not yet'); }, report: async () => { throw new Error('not yet'); } });
