/**
 * Mails about money. Promises that a mail is written in the transaction of what it tells of, and sent by a job after that;
 * where no mail server is configured it is kept and can be read. Addresses are sealed at rest and shown masked.
 */
export { type ContactDeps, findContact } from './billing-contact.ts';
export { mailRoutes } from './http.ts';
export { queueMail, queueMailTo } from './queue-mail.ts';
export { openRecipient, sealRecipient } from './recipient.ts';
export { type MailDeps, sendMail, sendSecretMail } from './send-mail.ts';
