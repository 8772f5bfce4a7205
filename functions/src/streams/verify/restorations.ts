export * from '@countersign/domain/audit/restorations';
