import type { EnrolmentDependencies } from '../../../src/enrolment/decider.ts';
import type { FindConnector } from '../../../src/http/serve-scep.ts';

interface FakeEnrolment {
  readonly enrolment: EnrolmentDependencies;
  readonly findConnector: FindConnector;
}

/** For an enrol listener without a connector: every enrolment fails. */
export const fakeEnrolment: FakeEnrolment = {
  enrolment: new Proxy({} as EnrolmentDependencies, {
    get(_, member) {
      throw new Error(`nothing is to enrol here, and ${String(member)} was asked for`);
    },
  }),
  findConnector: () => Promise.resolve(undefined),
};
