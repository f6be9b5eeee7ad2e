import type { Command } from 'commander';
import { UsageError } from '../../config/usage-error.ts';
import type { ConnectorClient } from '../api/connector-service.ts';
import type { AdminWorld } from '../api-command/admin-world.ts';
import {
  getChallengeMetadataAnswer,
  getChallengePasswordAnswer,
  readAnswer,
} from '../api-command/api-answers.ts';
import { type ApiOptions, addApiOptions } from '../api-command/api-options.ts';
import { formatRecord, formatTime } from '../api-command/format-table.ts';
import { printJson, runApiCommand } from '../api-command/run-api-command.ts';
import { printable } from '../terminal/print.ts';
import { registerChallengeCreate } from './challenge-create.ts';
import { registerChallengeList } from './challenge-list.ts';

interface ChallengeCall {
  readonly api: ConnectorClient;
  readonly arn: string;
  readonly json: boolean;
  readonly world: AdminWorld;
}

/** Registers `scep-connector challenge`. */
export function registerChallengeCommand(program: Command, world: AdminWorld): void {
  const parent = program
    .command('challenge')
    .description('create, list, show or delete the challenge passwords of connectors');
  const register = (
    name: string,
    description: string,
    run: (call: ChallengeCall) => Promise<void>,
  ) => {
    const command = parent
      .command(name)
      .description(description)
      .argument('<arn>', 'ARN of the challenge');
    addApiOptions(command);
    command.action((arn: string, options: ApiOptions) =>
      runApiCommand(options, world, async (api) => {
        requireChallengeArn(arn);
        await run({ api, arn, json: options.json === true, world });
        return 0;
      }),
    );
  };
  registerChallengeCreate(parent, world);
  registerChallengeList(parent, world);
  register(
    'show',
    'print the connector and dates of a challenge, without its password',
    showChallenge,
  );
  register('password', 'print only the password of a challenge', printPassword);
  register('delete', 'delete a challenge; its password stops working at once', deleteChallenge);
}

/** A shorter name would need the connector too. @throws UsageError */
function requireChallengeArn(text: string): void {
  if (/^arn:.*\/challenge\/./.test(text)) return;
  const list = 'scep-connector challenge list CONNECTOR';
  throw new UsageError(`${text} is not the ARN of a challenge; ${list} prints them`);
}

async function showChallenge({ api, arn, json, world }: ChallengeCall): Promise<void> {
  const answer = await api.call('GetChallengeMetadata', { ChallengeArn: arn });
  if (json) return printJson(world, answer);
  const { Arn, ConnectorArn, CreatedAt, UpdatedAt } = readAnswer(
    getChallengeMetadataAnswer,
    answer,
  ).ChallengeMetadata;
  const [created, updated] = [formatTime(CreatedAt), formatTime(UpdatedAt)];
  world.print(formatRecord({ arn: Arn, connector: ConnectorArn, created, updated }));
}

async function printPassword({ api, arn, json, world }: ChallengeCall): Promise<void> {
  const answer = await api.call('GetChallengePassword', { ChallengeArn: arn });
  if (json) return printJson(world, answer);
  world.print(`${printable(readAnswer(getChallengePasswordAnswer, answer).Password)}\n`);
}

async function deleteChallenge({ api, arn, json, world }: ChallengeCall): Promise<void> {
  const answer = await api.call('DeleteChallenge', { ChallengeArn: arn });
  if (json) printJson(world, answer);
}
