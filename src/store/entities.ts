import { AccessRequest } from '../domain/access-requests/entity.ts';
import { AccountGrant } from '../domain/account-grants/entity.ts';
import { AccountLink } from '../domain/account-links/entity.ts';
import { AdAccount, AdAccountMember } from '../domain/ad-accounts/entity.ts';
import { ApiKey } from '../domain/api-keys/entity.ts';
import { Assignment } from '../domain/assignments/entity.ts';
import { AuditEntry } from '../domain/audit/entity.ts';
import { BusinessCenter, Member } from '../domain/business-centers/entity.ts';
import { Entity } from '../domain/entities/entity.ts';
import { Freeze } from '../domain/freezes/entity.ts';
import { KnownLimit } from '../domain/known-limit.ts';
import { SignIn } from '../domain/sign-ins/entity.ts';
import { Submission } from '../domain/submissions/entity.ts';
import { TiktokAccount } from '../domain/tiktok-accounts/entity.ts';
import { UserProfile } from '../domain/users/entity.ts';

export const entities = [
  BusinessCenter,
  Member,
  AdAccount,
  AdAccountMember,
  TiktokAccount,
  UserProfile,
  AccountLink,
  AccessRequest,
  AccountGrant,
  Assignment,
  Entity,
  Freeze,
  ApiKey,
  AuditEntry,
  KnownLimit,
  SignIn,
  Submission,
];
