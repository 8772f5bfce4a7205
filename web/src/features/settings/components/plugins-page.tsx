import type { Operation, PluginVersion } from '@countersign/domain/schemas/plugin';
import { Button, FileInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link } from 'react-router';
import { useCommand } from '../../../app/command.ts';
import { useLiveList } from '../../../app/live.ts';
import { useWorkplace } from '../../../app/organization.tsx';
import { CommandProblem } from '../../../components/command-problem.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { MemberName } from '../../../components/member-name.tsx';
import { PageHeader } from '../../../components/page-header.tsx';
import { Section } from '../../../components/section.tsx';
import { RowsSkeleton } from '../../../components/skeletons.tsx';
import { Mark } from '../../../components/state-mark.tsx';
import { refs } from '../../../refs.ts';
import { ProposeForm } from '../../../components/propose-form.tsx';
import classes from './settings.module.css';

const PAGE = 50;
const STATUS = {
  uploaded: { tone: 'act', shape: 'half', label: 'Waits to be activated' },
  active: { tone: 'good', shape: 'disc-check', label: 'Active' },
  retired: { tone: 'quiet', shape: 'bar', label: 'Retired' },
} as const;

/** The code that operations run: versions, who uploaded them, which one runs. */
export default function PluginsPage(): ReactNode {
  const { orgId, has } = useWorkplace();
  const operations = useLiveList(refs.operations(orgId), PAGE);
  return (
    <>
      <PageHeader
        title="Plugins"
        back={<Link to="/settings">Settings</Link>}
        purpose="A version runs only after somebody other than its uploader has activated it. Runs under way keep theirs."
      />
      {operations.live.kind === 'loading' && <RowsSkeleton rows={4} />}
      {operations.live.kind === 'failed' && <Failure failure={operations.live.failure} what="operations" />}
      {operations.live.kind === 'ready' &&
        operations.live.value.map((operation) => <Versions key={operation.id} operation={operation} />)}
      {has('developer') && <Upload />}
    </>
  );
}

function Versions({ operation }: { readonly operation: Operation }): ReactNode {
  const { orgId, has } = useWorkplace();
  const versions = useLiveList(refs.pluginVersions(orgId, operation.plugin.name), PAGE);
  return (
    <Section title={operation.title} aside={`runs ${operation.plugin.version}${operation.pinned ? ', pinned' : ''}`}>
      {versions.live.kind === 'failed' && <Failure failure={versions.live.failure} what="plugin versions" />}
      {versions.live.kind === 'ready' && (
        <ul className={classes.list}>
          {versions.live.value.map((version) => (
            <li key={version.manifest.version}>
              <div className={classes.row}>
                <span>
                  {version.manifest.version}{' '}
                  <span className={classes.second}>
                    code <span className="mono">{version.codeHash.slice(0, 12)}</span>,{' '}
                    {version.upload === null ? (
                      'came with the platform'
                    ) : (
                      <>
                        uploaded by <MemberName uid={version.upload.uploadedBy} />
                      </>
                    )}
                    , <Instant at={version.createdAt} />
                  </span>
                </span>
                <Mark tone={STATUS[version.status].tone} shape={STATUS[version.status].shape}>
                  {STATUS[version.status].label}
                </Mark>
              </div>
              {has('developer', 'admin') && <VersionSteps operation={operation} version={version} />}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function VersionSteps({
  operation,
  version,
}: {
  readonly operation: Operation;
  readonly version: PluginVersion;
}): ReactNode {
  const { name, version: number } = version.manifest;
  const runs = operation.plugin.version === number;
  if (version.status === 'retired') return null;
  if (version.status === 'uploaded')
    return (
      <details>
        <summary>Propose to activate {number}</summary>
        <ProposeForm
          change={{ kind: 'plugin.activate', name, version: number }}
          label={`Propose to activate ${number}`}
        >
          <p>It may: {version.manifest.capabilities.join(', ') || 'read nothing and do nothing'}.</p>
        </ProposeForm>
      </details>
    );
  const pinned = runs ? !operation.pinned : true;
  const label = runs
    ? operation.pinned
      ? 'Propose to follow newer versions'
      : `Propose to stay at ${number}`
    : `Propose to run ${number} and stay at it`;
  return (
    <details>
      <summary>{label}</summary>
      <ProposeForm change={{ kind: 'operation.pin', operationId: operation.id, version: number, pinned }} label={label}>
        <></>
      </ProposeForm>
    </details>
  );
}

function Upload(): ReactNode {
  const command = useCommand('uploadPlugin');
  const [file, setFile] = useState<File | null>(null);
  const [uploaded, setUploaded] = useState<string | null>(null);
  const send = async (): Promise<void> => {
    if (file === null) return;
    const result = await command.run({ code: await file.text() });
    if (result === null) return;
    setUploaded(`${result.name} ${result.version}`);
    setFile(null);
  };
  return (
    <Section title="Upload a version">
      <div className={classes.form}>
        <FileInput
          label="Bundle"
          description="Made by npm run bundle -- PLUGIN --out FILE.js"
          accept=".js,text/javascript"
          value={file}
          onChange={setFile}
          w="100%"
        />
        <CommandProblem failure={command.failure} />
        <Button variant="default" loading={command.pending} disabled={file === null} onClick={() => void send()}>
          Upload
        </Button>
        {uploaded !== null && <p role="status">{uploaded} is uploaded. Somebody else must activate it.</p>}
      </div>
    </Section>
  );
}
