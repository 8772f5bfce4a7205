/** The table is the domain's, for plugins plan with it as well; the connector is where it meets Stripe. */
export * from '@countersign/domain/money/stripe-exponents';
