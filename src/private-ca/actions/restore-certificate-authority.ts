import { z } from 'zod';
import { AwsError } from '../../aws-wire/aws-error.ts';
import { indexAuthority } from '../authority/authority-index.ts';
import { findAuthority, findStoredAuthority } from '../authority/find-authority.ts';
import { keepKeyUntil } from '../authority/keep-key-until.ts';
import { replaceAuthority } from '../authority/replace-authority.ts';
import { arnSchema } from '../model/api-schemas.ts';
import { defineAction, NOT_FOUND_ERRORS } from './action.ts';
import { accessToAuthority } from './action-access.ts';

const input = z.object({
  CertificateAuthorityArn: arnSchema,
});

/**
 * Restores the status that the authority had before its deletion.
 * @throws AwsError InvalidStateException, and others
 */
export const restoreCertificateAuthority = defineAction({
  input,
  errors: [...NOT_FOUND_ERRORS, 'InvalidStateException'],
  access: accessToAuthority('RestoreCertificateAuthority'),
  execute: async (ca, input) => {
    const entry = await findAuthority(ca, input.CertificateAuthorityArn, 'restore');
    const { deletion, ...authority } = entry.value;
    if (deletion === undefined) throw new Error('a DELETED authority has a deletion');
    const restored = {
      ...authority,
      status: deletion.statusBefore,
      lastStateChangeAt: ca.clock(),
    };
    try {
      await replaceAuthority(ca, entry, restored, await keepKeyUntil(ca, authority.id));
    } catch (error) {
      const isLate = error instanceof AwsError && error.code === 'ConcurrentModificationException';
      if (!isLate) throw error;
      // Another call has restored it, or its days have ended meanwhile.
      await findStoredAuthority(ca, input.CertificateAuthorityArn);
    }
    await indexAuthority(ca, restored);
  },
});
