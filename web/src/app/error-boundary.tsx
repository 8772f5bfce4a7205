import { Component, type ErrorInfo, type ReactNode } from 'react';
import { Notice } from '../components/notice.tsx';

interface Props {
  readonly children: ReactNode;
  /** A change of this value (the address) clears the error. */
  readonly resetKey?: string;
}

/** A page that fails shows what failed and a way out; the rest of the app stays. */
export class ErrorBoundary extends Component<Props, { readonly error: Error | null }> {
  override state: { readonly error: Error | null } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override componentDidUpdate(previous: Props): void {
    if (this.state.error && previous.resetKey !== this.props.resetKey) this.setState({ error: null });
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    // A page's code that is gone means that a newer version was deployed meanwhile.
    const outdated = /dynamically imported module|Importing a module script failed/i.test(error.message);
    return (
      <Notice
        title={outdated ? 'A newer version is here' : 'This page failed'}
        message={
          outdated
            ? 'Reload to get it. Nothing is lost.'
            : `${error.message}. Nothing was changed by this; reload to try again.`
        }
        action={{ label: 'Reload', run: () => window.location.reload() }}
      />
    );
  }
}
