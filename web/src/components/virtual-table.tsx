import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type ReactNode, useEffect, useRef } from 'react';
import { usePhone } from './phone.ts';
import classes from './virtual-table.module.css';

export interface Column<Row> {
  readonly key: string;
  readonly head: string;
  /** A CSS grid track: `96px`, `minmax(180px, 1fr)`. */
  readonly width: string;
  readonly number?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

/** Rows beyond this are not announced one by one to a screen reader, but the count is. */
const OVERSCAN = 12;
const ROW_PX = { desk: 32, phone: 44 };

/** A table of any length in a window of its own: only the visible rows are in the page. Rows grow with wrapped text. */
export function VirtualTable<Row>({
  label,
  columns,
  phoneColumns,
  rows,
  total,
  rowKey,
  minWidth,
  onEnd,
}: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  /** For a narrow page, where several facts share a cell. Without them the table scrolls sideways. */
  readonly phoneColumns?: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Rows in all, when more can be loaded. */
  readonly total?: number;
  readonly rowKey: (row: Row, index: number) => string;
  /** In pixels: narrower windows scroll sideways. */
  readonly minWidth: number;
  /** Called when the last loaded row comes near. */
  readonly onEnd?: () => void;
}): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const phone = usePhone();
  const shownColumns = phone && phoneColumns ? phoneColumns : columns;
  const width = phone && phoneColumns ? 0 : minWidth;
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (phone ? ROW_PX.phone : ROW_PX.desk),
    overscan: OVERSCAN,
    getItemKey: (index) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row, index);
    },
  });
  const items = virtualizer.getVirtualItems();
  const lastVisible = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (onEnd && rows.length > 0 && lastVisible >= rows.length - OVERSCAN) onEnd();
  }, [onEnd, rows.length, lastVisible]);

  const template: CSSProperties = {
    gridTemplateColumns: shownColumns.map((column) => column.width).join(' '),
    minWidth: width,
  };
  return (
    <div
      className={classes.scroller}
      ref={scroller}
      role="table"
      aria-label={label}
      aria-rowcount={(total ?? rows.length) + 1}
      tabIndex={0}
    >
      <div className={classes.head} role="row" style={template}>
        {shownColumns.map((column) => (
          <span key={column.key} role="columnheader" data-num={column.number || undefined}>
            {column.head}
          </span>
        ))}
      </div>
      <div className={classes.body} role="rowgroup" style={{ height: virtualizer.getTotalSize(), minWidth: width }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          return (
            <div
              key={item.key}
              ref={virtualizer.measureElement}
              data-index={item.index}
              role="row"
              aria-rowindex={item.index + 2}
              className={classes.row}
              style={{ ...template, transform: `translateY(${item.start}px)` }}
            >
              {shownColumns.map((column) => (
                <span key={column.key} role="cell" data-num={column.number || undefined}>
                  {column.cell(row)}
                </span>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
